// saku machine: what the program knows about CPUs.
#include <memory>

#include "base/file.h"
#include "base/json.h"
#include "cli/calibrate.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "targets/host.h"
#include "targets/machine_file.h"

namespace saku::cli {
namespace {

Result<Outcome> list(bool json) {
    Json machines = Json::array();
    TextTable table;
    for (const std::string& name : targets::machine_names()) {
        SAKU_TRY(machine, targets::machine_named(name));
        std::string aliases;
        for (const std::string& alias : machine.aliases) aliases += (aliases.empty() ? "" : ", ") + alias;
        machines.push_back({{"name", name}, {"aliases", machine.aliases}, {"description", machine.description}});
        table.row({name, aliases, machine.description});
    }
    if (json) return Outcome{.output = to_text(Json{{"schema", 1}, {"machines", std::move(machines)}})};
    return Outcome{.output = table.text()};
}

Result<Outcome> show(const std::string& name) {
    SAKU_TRY(text, targets::machine_json(name));
    return Outcome{.output = text};
}

Result<Outcome> check(const std::string& file) {
    SAKU_TRY(text, read_file(file));
    const std::vector<Error> problems = targets::machine_problems(text, file);
    if (!problems.empty()) {
        Outcome refused{.exit = Exit::bad_input};
        for (const Error& problem : problems) refused.diagnostic += "saku: " + problem.text() + "\n";
        return refused;
    }
    SAKU_TRY(machine, targets::machine_from_json(text, file));
    return Outcome{.output = file + ": ok (" + machine.name + ")\n"};
}

Result<Outcome> host(bool json) {
    SAKU_TRY(match, targets::match_host(targets::host_facts()));
    if (json)
        return Outcome{.output = to_text(Json{{"schema", 1},
                                              {"machine", match.machine.name},
                                              {"generic", match.is_generic},
                                              {"cores", match.machine.topology.cores},
                                              {"evidence", match.evidence}})};
    std::string text = match.machine.name + ": " + match.machine.description + "\n";
    for (const std::string& sentence : match.evidence) text += "  " + sentence + "\n";
    return Outcome{.output = text};
}

void add_json(CLI::App& command, const std::shared_ptr<bool>& json) {
    command.add_flag("--json", *json, "one JSON object instead of text")->disable_flag_override();
}

}  // namespace

void add_machine(CLI::App& app, Command& chosen) {
    CLI::App* machine = app.add_subcommand("machine", "the machines that saku knows, and this one");
    machine->require_subcommand(1);
    machine->footer(
        "Examples:\n"
        "  saku machine list\n"
        "  saku machine show neoverse-n1 > mine.json\n"
        "  saku machine check mine.json\n"
        "  saku machine host\n"
        "  saku machine calibrate --out here.json");
    auto json = std::make_shared<bool>(false);
    auto name = std::make_shared<std::string>();

    CLI::App* list_command = machine->add_subcommand("list", "names of the built-in machines");
    add_json(*list_command, json);
    list_command->callback([&chosen, json] { chosen = [json](Session&) { return list(*json); }; });

    CLI::App* show_command = machine->add_subcommand("show", "the description of a built-in machine, as JSON");
    show_command->add_option("name", *name, "a name or alias")->required();
    show_command->callback([&chosen, name] { chosen = [name](Session&) { return show(*name); }; });

    CLI::App* check_command = machine->add_subcommand("check", "is this file a sound machine description?");
    check_command->add_option("file", *name, "a machine description")->required();
    check_command->callback([&chosen, name] { chosen = [name](Session&) { return check(*name); }; });

    CLI::App* host_command = machine->add_subcommand("host", "which machine this is, and how that was found");
    add_json(*host_command, json);
    host_command->callback([&chosen, json] { chosen = [json](Session&) { return host(*json); }; });

    add_calibrate(*machine, chosen);
}

}  // namespace saku::cli
