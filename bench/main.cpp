// saku_bench: saku's kernels against libraries, one thread, in one interleaved run.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "bench/nest_kernel.h"
#include "bench/saku_contender.h"
#include "bench/peak.h"
#include "bench/peers/peers.h"
#include "bench/reference.h"
#include "bench/report.h"
#include "ir/print.h"
#include "targets/machine_file.h"

namespace saku::bench {
namespace {

struct Options {
    TimingOptions timing;
    int cpu = -1;
    std::vector<std::string> filters;
    std::vector<std::string> skipped;
    std::vector<std::string> operators;  ///< instead of the standard problems
    std::string nest_file;
    std::string json_file;
};

/// The libraries read their environment when they are loaded, before main: so set it and start over, once.
void restart_with_peer_environment(char** argv) {
    bool changed = false;
    for (const auto& [name, value] : peer_environment()) {
        const char* old = std::getenv(name.c_str());
        if (old != nullptr && value == old) continue;
        setenv(name.c_str(), value.c_str(), 1);
        changed = true;
    }
    if (changed) execv("/proc/self/exe", argv);  // on failure: go on, the report's versions show what is used
}

bool contains_any(const std::string& text, const std::vector<std::string>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return text.find(part) != text.npos; });
}

/// A contender ready to be timed; none where it has no implementation or its result is wrong.
using Ready = std::unique_ptr<Prepared>;

/// Prepares, runs once and checks; `entry` says what was found.
Ready checked(const Contender& contender, const Problem& problem, const Operands& operands, const Reference& expected,
              Entry& entry) {
    entry.contender = contender.name;
    entry.role = contender.role;
    auto prepared = contender.prepare(problem, operands);
    if (!prepared) {
        entry.failure = prepared.error().text();
        return nullptr;
    }
    (*prepared)->run();
    entry.note = (*prepared)->note();
    const std::string wrong = difference(problem, expected, (*prepared)->output());
    if (wrong.empty()) return *std::move(prepared);
    entry.is_wrong = true;
    entry.failure = "wrong result: " + wrong;
    return nullptr;
}

Row measured(const Problem& problem, const std::vector<Contender>& contenders, const Options& options) {
    const Operands operands = random_operands(problem);
    const Reference expected = reference(problem, operands);
    Row row{.problem = problem, .entries = std::vector<Entry>(contenders.size())};
    std::vector<Ready> ready;
    std::vector<std::function<void()>> things{fma_peak};
    std::vector<std::size_t> timed;  // things[i + 1] is the contender timed[i]
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        ready.push_back(checked(contenders[i], problem, operands, expected, row.entries[i]));
        if (!ready.back()) continue;
        things.emplace_back([prepared = ready.back().get()] { prepared->run(); });
        timed.push_back(i);
    }
    const Pinned pinned(options.cpu);
    const std::vector<Timing> timings = time_interleaved(things, options.timing);
    row.peak_gflops = fma_peak_flops() / timings.front().median * 1e-9;
    for (std::size_t i = 0; i < timed.size(); ++i) row.entries[timed[i]].timing = timings[i + 1];
    return row;
}

/// A nest in the text form of ir/print.h, compiled for this machine: for work on what emission makes of a nest.
Result<Contender> nest_contender(const std::string& file) {
    SAKU_TRY(text, read_file(file));
    SAKU_TRY(nest, ir::parse(text, file));
    SAKU_TRY(machine, targets::machine_for_target("host"));
    return Contender{.name = "nest",
                     .version = file,
                     .role = Contender::Role::saku,
                     .prepare = [nest, codegen = machine.codegen](const Problem& problem, const Operands& operands) {
                         return prepare_nest(nest, codegen, problem, operands, "");
                     }};
}

Result<std::vector<Contender>> chosen_contenders(const Options& options) {
    std::vector<Contender> contenders;
    SAKU_TRY(machine, targets::machine_for_target("host"));
    contenders.push_back(saku_contender(machine));
    if (!options.nest_file.empty()) {
        SAKU_TRY(nest, nest_contender(options.nest_file));
        contenders.push_back(nest);
    }
    for (Contender& peer : std::vector{openblas(), onednn(), onednn_plain(), plain_c()})
        if (!contains_any(peer.name, options.skipped)) contenders.push_back(std::move(peer));
    return contenders;
}

Result<std::vector<Problem>> chosen_problems(const Options& options) {
    std::vector<Problem> problems;
    for (const std::string& text : options.operators) {
        SAKU_TRY(problem, problem_from(text));
        problems.push_back(problem);
    }
    if (problems.empty()) problems = standard_problems();
    if (!options.filters.empty())
        std::erase_if(problems, [&](const Problem& p) { return !contains_any(p.label, options.filters); });
    return problems;
}

/// True when every result was right.
Result<bool> run(const Options& options) {
    SAKU_TRY(contenders, chosen_contenders(options));
    SAKU_TRY(problems, chosen_problems(options));
    Report report{.cpu = cpu_name(), .versions = {}, .rows = {}};
    for (const Contender& contender : contenders) report.versions.emplace_back(contender.name, contender.version);
    std::fputs(table_head(report).c_str(), stdout);
    bool all_right = true;
    for (const Problem& problem : problems) {
        report.rows.push_back(measured(problem, contenders, options));
        for (const Entry& entry : report.rows.back().entries) all_right = all_right && !entry.is_wrong;
        std::fputs(table_row(report.rows.back()).c_str(), stdout);
        std::fflush(stdout);
    }
    std::fputs(table_foot(report).c_str(), stdout);
    if (!options.json_file.empty())
        SAKU_TRY_DONE(write_files({{.path = options.json_file, .content = to_json(report)}}));
    return all_right;
}

}  // namespace
}  // namespace saku::bench

int main(int argc, char** argv) {
    saku::bench::restart_with_peer_environment(argv);
    saku::bench::Options options;
    CLI::App app("Measures saku's kernels against OpenBLAS, oneDNN and plain C, one thread, interleaved.");
    app.add_option("--samples", options.timing.samples, "samples of each contender (default 11)")
        ->check(CLI::Range(1, 1001));
    app.add_option("--sample-seconds", options.timing.sample_seconds, "least length of a sample (default 0.05)")
        ->check(CLI::Range(0.0001, 60.0));
    app.add_option("--cpu", options.cpu, "CPU to pin to (default: the highest allowed)")->check(CLI::Range(0, 1023));
    app.add_option("--op", options.operators, "a matmul or conv2d instead of the standard problems; repeatable");
    app.add_option("--nest", options.nest_file, "measure the loop nest in this file, too");
    app.add_option("--only", options.filters, "problems whose label contains this text; repeatable");
    app.add_option("--skip", options.skipped, "contenders whose name contains this text; repeatable");
    app.add_option("--json", options.json_file, "write the results to this file as JSON");
    CLI11_PARSE(app, argc, argv);
    const saku::Result<bool> all_right = saku::bench::run(options);
    if (all_right) return *all_right ? 0 : 1;
    std::fprintf(stderr, "saku_bench: %s\n", all_right.error().text().c_str());
    return 2;
}
