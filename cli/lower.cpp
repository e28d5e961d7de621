// saku lower: the loop nest of an operator, plain or under a schedule.
#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/stored.h"
#include "frontends/operator_from.h"
#include "ir/print.h"
#include "schedules/json.h"
#include "schedules/schedule.h"

namespace saku::cli {
namespace {

struct LowerArguments {
    std::string op;
    std::string file;
    std::string steps;
    bool json = false;
};

Result<schedules::Schedule> schedule_for(const ir::Operator& op, const LowerArguments& arguments) {
    if (arguments.file.empty()) return schedules::schedule_from_text(arguments.steps, "--steps");
    SAKU_TRY(stored, stored_schedule_for(op, arguments.file));
    return stored.schedule;
}

Result<Outcome> lower(const LowerArguments& arguments) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(schedule, schedule_for(op, arguments));
    // A plain nest keeps its loops of one iteration: steps may name them.
    const ir::LoopNest plain = ir::lower(op);
    const auto nest = schedule.steps.empty() ? Fitted<ir::LoopNest>(plain) : schedules::apply(plain, schedule);
    if (!nest) return misfit(arguments.file.empty() ? "--steps" : arguments.file, nest.error());
    const std::string text = ir::print(*nest);
    if (!arguments.json) return Outcome{.output = text};
    return Outcome{
        .output = to_text(Json{
            {"schema", 1}, {"op", ir::shorthand(op)}, {"schedule", schedules::to_json(schedule)}, {"nest", text}})};
}

}  // namespace

void add_lower(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("lower", "the loop nest of an operator, plain or under a schedule");
    auto arguments = std::make_shared<LowerArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    CLI::Option* file =
        command->add_option("--schedule", arguments->file, "a record or schedule to apply")->check(not_empty());
    command->add_option("--steps", arguments->steps, "steps to apply, as text")->excludes(file);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "docs/schedules.md explains the steps; the nest is that of the loop IR (ir/loop_nest.h).\n"
        "Examples:\n"
        "  saku lower matmul:m=10,n=6,k=7\n"
        "  saku lower matmul:m=10,n=6,k=7 --steps \"split(i, 4, i_o, i_i) reorder(k, i_i) unroll(i_i)\"\n"
        "  saku lower matmul:m=128,n=768,k=768 --schedule kernels/mm.json");
    command->callback([&chosen, arguments] { chosen = [arguments](Session&) { return lower(*arguments); }; });
}

}  // namespace saku::cli
