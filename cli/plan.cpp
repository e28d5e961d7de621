// saku plan: what tuning would make and from which files, without tuning. For build systems, which must know both
// before anything is built.
#include <memory>
#include <set>

#include "base/json.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/target_options.h"
#include "frontends/shorthand.h"
#include "frontends/suite.h"
#include "targets/kernel_name.h"
#include "targets/machine_file.h"

namespace saku::cli {
namespace {

struct PlanArguments {
    std::string op;
    std::string name;
    TargetOptions target;
    bool json = false;
};

struct PlannedKernel {
    std::string op;                   ///< canonical shorthand
    std::string text;                 ///< what `saku tune` takes for this operator alone, in this folder
    std::string name;                 ///< of its functions and files
    std::vector<std::string> inputs;  ///< files it is read from
};

std::vector<std::string> operator_files(const std::string& text) {
    const auto shorthand = frontends::parse_shorthand(text);
    return shorthand && shorthand->is_path ? std::vector<std::string>{shorthand->head} : std::vector<std::string>{};
}

Result<std::vector<PlannedKernel>> planned(const frontends::Work& work, const std::string& name) {
    if (!name.empty()) {
        if (work.is_suite)
            return Error{.where = "--name", .what = "found a suite, whose kernels are named by their operators"};
        const auto checked = targets::check_kernel_name(name);
        if (!checked) return Error{.where = "--name", .what = checked.error().what};
    }
    std::vector<PlannedKernel> kernels;
    std::set<std::string> taken;
    for (const frontends::Task& task : work.tasks) {
        const std::string op = ir::shorthand(task.op);
        kernels.push_back({.op = op,
                           .text = task.text,
                           .name = name.empty() ? targets::kernel_name_from(op) : name,
                           .inputs = operator_files(task.text)});
        if (!taken.insert(kernels.back().name).second)
            return Error{.where = "", .what = "two operators of the suite are both named " + kernels.back().name};
    }
    return kernels;
}

std::string text_of(const std::vector<PlannedKernel>& kernels, const Target& target) {
    std::string text = "for " + target.machine.name + " (" + target.machine.codegen.triple + "), " +
                       counted(target.threads, "thread") + "\n";
    for (const PlannedKernel& kernel : kernels) text += kernel.name + "  " + kernel.op + "\n";
    return text;
}

Json json_of(const std::vector<PlannedKernel>& kernels, const Target& target, const std::vector<std::string>& inputs) {
    Json list = Json::array();
    for (const PlannedKernel& kernel : kernels)
        list.push_back({{"op", kernel.op}, {"text", kernel.text}, {"name", kernel.name}, {"inputs", kernel.inputs}});
    return {{"schema", 1},
            {"target", target.machine.name},
            {"triple", target.machine.codegen.triple},
            {"threads", target.threads},
            {"inputs", inputs},
            {"kernels", std::move(list)}};
}

Result<Outcome> plan(const PlanArguments& arguments) {
    SAKU_TRY(work, frontends::work_from(arguments.op));
    SAKU_TRY(target, resolve(arguments.target));
    SAKU_TRY(inputs, targets::machine_files(target_name(arguments.target)));
    SAKU_TRY(kernels, planned(work, arguments.name));
    if (!arguments.target.calibration.empty()) inputs.push_back(arguments.target.calibration);
    if (!work.file.empty()) inputs.insert(inputs.begin(), work.file);
    if (arguments.json) return Outcome{.output = to_text(json_of(kernels, target, inputs))};
    return Outcome{.output = text_of(kernels, target)};
}

}  // namespace

void add_plan(CLI::App& app, Command& chosen) {
    CLI::App* command =
        app.add_subcommand("plan", "what tuning would make, and from which files, without tuning: for build systems");
    auto arguments = std::make_shared<PlanArguments>();
    command->add_option("op", arguments->op, "operator: name:key=value,... or a file; or a suite of operators")
        ->required();
    command->add_option("--name", arguments->name, "of the kernel's C functions and files (default: from the operator)")
        ->check(not_empty());
    add_target_options(*command, arguments->target);
    command->add_flag("--json", arguments->json, "one JSON object instead of text")->disable_flag_override();
    command->footer(
        "A kernel NAME is the files NAME.o, NAME.h, NAME.hpp, NAME.s, NAME.ll (as --emit of 'saku tune' says) and\n"
        "NAME.json. The files that the operators and the machine are read from are the 'inputs' of --json.\n"
        "Examples:\n"
        "  saku plan matmul:m=128,n=768,k=768 --target graviton2\n"
        "  saku plan suite.json --threads 1 --json");
    command->callback([&chosen, arguments] { chosen = [arguments](Session&) { return plan(*arguments); }; });
}

}  // namespace saku::cli
