// saku emit: the kernel of a given schedule.
#include <memory>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/kernel_files.h"
#include "cli/price_report.h"
#include "cli/stored.h"
#include "cli/target_options.h"
#include "features/machine_code.h"
#include "frontends/operator_from.h"
#include "ir/verify.h"
#include "targets/kernel_name.h"
#include "tuner/space.h"
#include "tuner/tune.h"

namespace saku::cli {
namespace {

struct EmitArguments {
    std::string op;
    std::string schedule_file;
    TargetOptions target;
    FileOptions files;
    bool json = false;
};

/// What the kernel is called: as the arguments say, or the record, or the operator.
std::string kernel_name(const EmitArguments& arguments, const tuner::StoredSchedule& stored,
                        const std::string& shorthand) {
    if (!arguments.files.name.empty()) return arguments.files.name;
    return stored.name ? *stored.name : targets::kernel_name_from(shorthand);
}

Result<Outcome> emit(const EmitArguments& arguments, Session& session) {
    SAKU_TRY(op, frontends::operator_from(arguments.op));
    SAKU_TRY(replay, replay_of(op, arguments.schedule_file, arguments.target));
    const auto& [stored, target, remark] = replay;
    const std::string shorthand = ir::shorthand(op);
    const std::string name = kernel_name(arguments, stored, shorthand);
    SAKU_TRY_DONE(check(arguments.files, {name}));

    auto nest = tuner::scheduled(ir::lower(op), stored.schedule);
    if (!nest) return misfit(arguments.schedule_file, nest.error());
    SAKU_TRY_DONE(ir::verify(*nest));
    const auto ranked = tuner::price_schedule(op, stored.schedule, target.machine, target.threads, target.residence);
    if (!ranked) return misfit(arguments.schedule_file, ranked.error());
    targets::EmitOptions options = emit_options(arguments.files, name);
    options.assembly = true;  // the record counts its instructions
    const auto emitted = targets::emit(*nest, target.machine.codegen, options);
    if (!emitted) return misfit(arguments.schedule_file, emitted.error());

    const Json record =
        tuner::record_json({.op = shorthand,
                            .machine = target.machine.name,
                            .calibration = target.machine.calibration,
                            .threads = target.threads,
                            .residence = target.residence,
                            .name = name,
                            .best = *ranked,
                            .inner_loops = features::inner_loops(targets::read_assembly(emitted->assembly)),
                            .versions = versions()});
    std::vector<OutputFile> contents;
    Json written = Json::object();
    std::string text;
    for (const auto& [kind, file] :
         files_of(arguments.files, *nest, *emitted,
                  {.name = name, .description = shorthand, .record = to_text(record), .threads = target.threads})) {
        contents.push_back(file);
        written[kind] = file.path;
        text += kind + std::string(8 - kind.size(), ' ') + file.path + "\n";
    }
    SAKU_TRY_DONE(session.files.write(contents));
    if (!arguments.json) return Outcome{.output = text, .diagnostic = remark};
    Json json{{"schema", 1},
              {"op", shorthand},
              {"target", target.machine.name},
              {"threads", target.threads},
              {"residence", features::name_of(target.residence)},
              {"name", name},
              {"predicted_seconds", ranked->cost.seconds},
              {"files", std::move(written)}};
    add_calibration(json, target.machine.calibration);
    return Outcome{.output = to_text(json), .diagnostic = remark};
}

}  // namespace

void add_emit(CLI::App& app, Command& chosen) {
    CLI::App* command = app.add_subcommand("emit", "the kernel of a given schedule, for instance of a record");
    auto arguments = std::make_shared<EmitArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file")->required();
    command->add_option("--schedule", arguments->schedule_file, "a record or schedule")->required()->check(not_empty());
    add_target_options(*command, arguments->target);
    add_residence_option(*command, arguments->target);
    add_file_options(*command, arguments->files, true);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "A record is replayed for the machine, threads and name it holds unless options say otherwise.\n"
        "Examples:\n"
        "  saku emit matmul:m=128,n=768,k=768 --schedule kernels/mm.json --out again\n"
        "  saku emit matmul:m=128,n=768,k=768 --schedule mine.txt --target haswell --emit asm --out look");
    command->callback(
        [&chosen, arguments] { chosen = [arguments](Session& session) { return emit(*arguments, session); }; });
}

}  // namespace saku::cli
