// saku_bench: saku's kernels against libraries, in one interleaved run.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "base/file.h"
#include "bench/measured.h"
#include "bench/nest_kernel.h"
#include "bench/peers/peers.h"
#include "bench/saku_contender.h"
#include "frontends/suite.h"
#include "ir/print.h"
#include "targets/machine_file.h"

namespace saku::bench {
namespace {

struct Options {
    MeasuringOptions measuring;
    bool quick = false;
    std::vector<std::string> filters;
    std::vector<std::string> skipped;
    std::vector<std::string> operators;  ///< with the suites, instead of the standard problems
    std::vector<std::string> suites;
    bool all = false;  ///< the standard problems, then all suites
    std::string nest_file;
    std::string json_file;
};

/// The libraries read their environment when they are loaded, before main: so set it and start over, once.
void restart_with_peer_environment(int threads, char** argv) {
    bool changed = false;
    for (const auto& [name, value] : peer_environment(threads)) {
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

/// A nest in the text form of ir/print.h, compiled for this machine: for work on what emission makes of a nest.
Result<Contender> nest_contender(const std::string& file, int threads) {
    SAKU_TRY(text, read_file(file));
    SAKU_TRY(nest, ir::parse(text, file));
    SAKU_TRY(machine, targets::machine_for_target("host"));
    return Contender{
        .name = "nest",
        .version = file,
        .role = Contender::Role::saku,
        .prepare = [nest, codegen = machine.codegen, threads](const Problem& problem, const Operands& operands) {
            return prepare_nest(nest, codegen, problem, operands, threads, "");
        }};
}

Result<std::vector<Contender>> chosen_contenders(const Options& options) {
    const int threads = options.measuring.threads;
    std::vector<Contender> contenders;
    SAKU_TRY(machine, targets::machine_for_target("host"));
    contenders.push_back(saku_contender(machine, threads, Contender::Role::saku));
    if (threads > 1) contenders.push_back(saku_contender(machine, 1, Contender::Role::single));
    contenders.push_back(saku_contender(machine, threads, Contender::Role::fixed));
    std::erase_if(contenders, [&](const Contender& each) {
        return each.role != Contender::Role::saku && contains_any(each.name, options.skipped);
    });
    if (!options.nest_file.empty()) {
        SAKU_TRY(nest, nest_contender(options.nest_file, threads));
        contenders.push_back(nest);
    }
    for (Contender& peer : std::vector{openblas(), onednn(), onednn_plain(), plain_c()}) {
        const bool is_slow = options.quick && peer.role == Contender::Role::plain;
        if (!is_slow && !contains_any(peer.name, options.skipped)) contenders.push_back(std::move(peer));
    }
    return contenders;
}

/// Problems that are timed alike.
struct Batch {
    std::vector<Problem> problems;
    TimingOptions timing;
};

/// Five short samples: for a first look, and where there are very many problems.
TimingOptions quick(TimingOptions timing) {
    timing.samples = 5;
    timing.sample_seconds = 0.02;
    return timing;
}

Result<std::vector<Problem>> chosen_problems(const Options& options) {
    std::vector<Problem> problems;
    for (const std::string& text : options.operators) {
        SAKU_TRY(problem, problem_from(text));
        problems.push_back(problem);
    }
    for (const std::string& suite : options.suites) {
        SAKU_TRY(all, problems_of_suite(suite));
        for (Problem& problem : all) problems.push_back(std::move(problem));
    }
    if (options.operators.empty() && options.suites.empty()) problems = standard_problems();
    return problems;
}

Result<std::vector<Batch>> chosen_batches(const Options& options) {
    SAKU_TRY(problems, chosen_problems(options));
    const TimingOptions& timing = options.measuring.timing;
    std::vector<Batch> batches{{.problems = std::move(problems), .timing = options.quick ? quick(timing) : timing}};
    if (options.all) {
        Batch suites{.problems = {}, .timing = quick(timing)};
        for (const std::string& suite : frontends::suite_names()) {
            SAKU_TRY(more, problems_of_suite(suite));
            std::move(more.begin(), more.end(), std::back_inserter(suites.problems));
        }
        batches.push_back(std::move(suites));
    }
    for (Batch& batch : batches) {
        if (options.filters.empty()) break;
        std::erase_if(batch.problems, [&](const Problem& p) { return !contains_any(p.label, options.filters); });
    }
    return batches;
}

/// "[17/193] conv ..." while it is measured, on a line that the next output takes the place of; only for people.
class ProgressLine {
public:
    explicit ProgressLine(const std::vector<Batch>& batches) {
        for (const Batch& batch : batches) all_ += batch.problems.size();
    }
    void begin(const Problem& problem) {
        ++begun_;
        if (is_shown_) std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", begun_, all_, problem.label.c_str());
    }
    void end() const {
        if (is_shown_) std::fputs("\r\033[K", stderr);
    }

private:
    std::size_t all_ = 0;
    std::size_t begun_ = 0;
    bool is_shown_ = isatty(STDERR_FILENO) != 0;
};

/// Other virtual machines use a core for some seconds at a time: a whole problem is measured in as many.
constexpr tuner::LossLimits most_lost_to_others{.per_sample = 250, .per_spent = 3, .seconds = 30};

/// True when every result was right.
Result<bool> run(const Options& options) {
    SAKU_TRY(contenders, chosen_contenders(options));
    SAKU_TRY(batches, chosen_batches(options));
    ProgressLine progress(batches);
    const tuner::CoreWatch watch([threads = options.measuring.threads] { return look_at_cores(threads); },
                                 most_lost_to_others);
    Report report{.cpu = cpu_name(), .threads = options.measuring.threads, .versions = {}, .rows = {}};
    for (const Contender& contender : contenders) report.versions.emplace_back(contender.name, contender.version);
    std::fputs(table_head(report).c_str(), stdout);
    bool all_right = true;
    for (const Batch& batch : batches) {
        MeasuringOptions measuring = options.measuring;
        measuring.timing = batch.timing;
        measuring.watch = &watch;
        for (const Problem& problem : batch.problems) {
            progress.begin(problem);
            report.rows.push_back(measured(problem, contenders, measuring));
            progress.end();
            for (const Entry& entry : report.rows.back().entries) all_right = all_right && !entry.is_wrong;
            std::fputs(table_row(report.rows.back()).c_str(), stdout);
            std::fflush(stdout);
        }
    }
    std::fputs(table_foot(report).c_str(), stdout);
    if (!options.json_file.empty())
        SAKU_TRY_DONE(write_files({{.path = options.json_file, .content = to_json(report)}}));
    return all_right;
}

void add_options(CLI::App& app, Options& options) {
    TimingOptions& timing = options.measuring.timing;
    CLI::Option* samples = app.add_option("--samples", timing.samples, "samples of each contender (default 11)")
                               ->check(CLI::Range(1, 1001));
    CLI::Option* seconds =
        app.add_option("--sample-seconds", timing.sample_seconds, "least length of a sample (default 0.05)")
            ->check(CLI::Range(0.0001, 60.0));
    app.add_flag("--quick", options.quick, "five samples of 0.02 s, without plain C")
        ->excludes(samples)
        ->excludes(seconds);
    app.add_option("--threads", options.measuring.threads,
                   "of saku and the libraries (default 1); from two on, saku's "
                   "gain is compared with that of plain loops")
        ->check(CLI::Range(1, 1024));
    app.add_option("--cpu", options.measuring.cpu, "CPU to pin one thread to (default: the highest allowed)")
        ->check(CLI::Range(0, 1023));
    CLI::Option* all = app.add_flag("--all", options.all,
                                    "behind the standard problems also those of all suites, with five samples of "
                                    "0.02 s each");
    app.add_option("--op", options.operators, "an operator instead of the standard problems; repeatable")
        ->excludes(all);
    app.add_option("--suite", options.suites, "a suite (a name or a file) likewise; repeatable")->excludes(all);
    app.add_option("--nest", options.nest_file, "measure the loop nest in this file, too");
    app.add_option("--only", options.filters, "problems whose label contains this text; repeatable");
    app.add_option("--skip", options.skipped, "contenders whose name contains this text; repeatable");
    app.add_option("--json", options.json_file, "write the results to this file as JSON");
}

}  // namespace
}  // namespace saku::bench

int main(int argc, char** argv) {
    saku::bench::Options options;
    CLI::App app("Measures saku's kernels against OpenBLAS, oneDNN and plain C, interleaved.");
    saku::bench::add_options(app, options);
    CLI11_PARSE(app, argc, argv);
    saku::bench::restart_with_peer_environment(options.measuring.threads, argv);
    saku::bench::TimingOptions& timing = options.measuring.timing;
    // OpenBLAS's workers spin longest: about 2^26 cycles.
    constexpr double spinning_seconds = 0.04;
    if (options.measuring.threads > 1) timing.rest_seconds = spinning_seconds;
    const saku::Result<bool> all_right = saku::bench::run(options);
    if (all_right) return *all_right ? 0 : 1;
    std::fprintf(stderr, "saku_bench: %s\n", all_right.error().text().c_str());
    return 2;
}
