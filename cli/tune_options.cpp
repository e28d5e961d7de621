#include "cli/tune_options.h"

#include "cli/arguments.h"
#include "cli/pins.h"

namespace saku::cli {

void add_search_options(CLI::App& command, SearchOptions& options) {
    constexpr std::int64_t most_candidates = 1'000'000'000;
    constexpr double most_seconds = 1e6;
    constexpr std::int64_t most_reported = 1000;
    std::string names;
    for (const std::string& name : tuner::search_names()) names += (names.empty() ? "" : ", ") + name;
    command.add_option("--search", options.search, "strategy: " + names);
    CLI::Option* candidates =
        command.add_option("--candidates", options.candidates, "how many schedules to price at most")
            ->check(integer_between(1, most_candidates));
    command
        .add_option("--seconds", options.seconds,
                    "stop pricing after so long; the result then depends on the speed of this computer")
        ->check(positive_number(most_seconds))
        ->excludes(candidates);
    command.add_option("--seed", options.seed, "of the random numbers (default 0)")
        ->check(integer_between(0, std::numeric_limits<std::int64_t>::max()));
    command.add_option("--top", options.top, "how many of the best schedules to report (default 5)")
        ->check(integer_between(1, most_reported));
    add_pins(command, options.pins);
    constexpr std::int64_t most_bytes = std::int64_t{1} << 40;
    command.add_option("--max-workspace", options.max_workspace, "bytes of workspace at most, of all workers together")
        ->check(integer_between(0, most_bytes));
    command.add_option("--max-code", options.max_code, "bytes of machine code at most, pack functions included")
        ->check(integer_between(1, most_bytes));
}

void exclude_search_options(CLI::App& command, CLI::Option& schedule) {
    for (const char* name : {"--search", "--candidates", "--seconds", "--seed", "--top", "--fix"})
        schedule.excludes(command.get_option(name));
}

Result<tuner::TuneOptions> searching_options(const Target& target, int jobs, const SearchOptions& search,
                                             tuner::TuneOptions options) {
    SAKU_TRY(pinned, parse_pins(search.pins));
    options.threads = target.threads;
    options.residence = target.residence;
    options.search = search.search;
    options.candidates = search.candidates;
    options.seconds = search.seconds;
    options.seed = search.seed;
    options.top = search.top;
    options.jobs = jobs_of(jobs);
    options.pinned = pinned;
    options.limits = {.workspace_bytes = search.max_workspace, .code_bytes = search.max_code};
    return options;
}

Result<tuner::TuneResult> tune_operator(const ir::Operator& op, const Target& target, tuner::TuneOptions options,
                                        Session& session) {
    options.progress = [&session](double fraction, const std::string& stage) {
        session.progress.report(fraction, stage);
        return true;
    };
    return tuner::tune(op, target.machine, options);
}

Result<tuner::TuneResult> tune_operator(const ir::Operator& op, const Target& target, int jobs,
                                        const SearchOptions& search, tuner::TuneOptions options, Session& session) {
    session.progress.subject(ir::shorthand(op));
    SAKU_TRY(searching, searching_options(target, jobs, search, std::move(options)));
    return tune_operator(op, target, searching, session);
}

std::string no_schedule_text(const tuner::TuneResult& result) {
    std::size_t count = 0;
    std::string reasons;
    for (const auto& [reason, times] : result.rejected) {
        count += times;
        reasons += (reasons.empty() ? "" : ", ") + std::to_string(times) + " " + reason;
    }
    std::string text = "no legal schedule for " + result.op + " on " + result.target + ": " + std::to_string(count) +
                       " candidates rejected" + (reasons.empty() ? "" : ": " + reasons);
    if (result.least_code_bytes)
        text += "; the smallest kernel found has " + std::to_string(*result.least_code_bytes) + " bytes of code";
    return text;
}

}  // namespace saku::cli
