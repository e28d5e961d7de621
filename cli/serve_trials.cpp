// saku serve-trials: answers requests on stdin, a line each, on stdout, until stdin ends.
#include "cli/serve_trials.h"

#include <unistd.h>

#include <memory>

#include "cli/commands.h"
#include "cli/target_options.h"
#include "frontends/operator_from.h"
#include "runtime/saku_runtime.h"
#include "tuner/profile/kernel_candidate.h"

namespace saku::cli {
namespace {

struct ServeArguments {
    std::string op;
    TargetOptions target;
};

Result<Outcome> serve(const ServeArguments& arguments, Session& session) {
    session.files.note("");  // the program that asks for trials speaks
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    tuner::MeasureOptions options;
    options.threads = target.threads;
    // The address of a function as the loader takes it.
    options.parallel_for = reinterpret_cast<void*>(&saku_parallel_for);  // NOLINT
    auto build = tuner::kernel_candidates(op, target.machine.codegen, options);
    if (!build) return Error{.where = ir::shorthand(op), .what = build.error().text()};
    // Candidates are forked from here: this process runs no threads but the one that waits for signals.
    tuner::LineChannel channel(dup(STDIN_FILENO), dup(STDOUT_FILENO));
    tuner::serve_trials(channel, *build);
    return Outcome{};
}

}  // namespace

void add_serve_trials(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand(serve_trials_command, "")->group("");
    auto arguments = std::make_shared<ServeArguments>();
    command->add_option("op", arguments->op)->required();
    add_target_options(*command, arguments->target);
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return serve(*arguments, session); }; });
}

}  // namespace saku::cli
