// saku space: the schedules that tuning chooses from.
#include "tuner/space.h"

#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/pins.h"
#include "cli/target_options.h"
#include "cli/text_table.h"
#include "frontends/operator_from.h"

namespace saku::cli {
namespace {

struct SpaceArguments {
    std::string op;
    TargetOptions target;
    std::vector<std::string> pins;
    bool json = false;
};

Json as_json(const tuner::Sketch& sketch, tuner::Id first) {
    Json holes = Json::array();
    for (const tuner::Hole& hole : sketch.holes) holes.push_back({{"name", hole.name}, {"values", hole.labels}});
    return {{"name", sketch.name}, {"first_id", std::to_string(first)}, {"holes", std::move(holes)}};
}

std::string as_text(const tuner::Sketch& sketch) {
    TextTable table;
    for (const tuner::Hole& hole : sketch.holes) {
        std::string values;
        for (const std::string& label : hole.labels) values += (values.empty() ? "" : " ") + label;
        table.row({hole.name, values});
    }
    return sketch.name + "\n" + table.text("  ");
}

Result<Outcome> space(const SpaceArguments& arguments) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(pinned, parse_pins(arguments.pins));
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads, .pinned = pinned}));
    const std::string shorthand = ir::shorthand(op);
    Json sketches = Json::array();
    std::string text = shorthand + " on " + target.machine.name + ", " + counted(target.threads, "thread") + ": " +
                       counted(space.ids.numbering.size, "id") + "\n";
    for (std::size_t i = 0; i < space.sketches->size(); ++i) {
        sketches.push_back(as_json((*space.sketches)[i], space.ids.numbering.first[i]));
        text += as_text((*space.sketches)[i]);
    }
    if (!arguments.json) return Outcome{.output = text};
    return Outcome{.output = to_text(Json{{"schema", 1},
                                          {"op", shorthand},
                                          {"target", target.machine.name},
                                          {"threads", target.threads},
                                          {"space_size", space.ids.numbering.size},
                                          {"sketches", std::move(sketches)}})};
}

}  // namespace

void add_space(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("space", "the schedules that tuning chooses from");
    auto arguments = std::make_shared<SpaceArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    add_target_options(*command, arguments->target);
    add_pins(*command, arguments->pins);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "Examples:\n"
        "  saku space matmul:m=128,n=768,k=768\n"
        "  saku space matmul:m=128,n=768,k=768 --fix tile_m=8 --json");
    command->callback([&chosen, arguments] { chosen = [arguments](Session&) { return space(*arguments); }; });
}

}  // namespace saku::cli
