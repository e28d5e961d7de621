#include "cli/foreign.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/embedded.h"
#include "cli/arguments.h"
#include "cli/scratch.h"
#include "targets/emit.h"
#include "tuner/operands.h"
#include "tuner/reference.h"

namespace saku::cli {
namespace {

constexpr std::string_view greeting = "saku run\n";

/// "aarch64-linux-gnu" of "aarch64-unknown-linux-gnu": compilers are often named without the vendor.
std::string without_vendor(const std::string& triple) {
    const std::size_t first = triple.find('-');
    const std::size_t second = first == std::string::npos ? first : triple.find('-', first + 1);
    if (second == std::string::npos || triple.find('-', second + 1) == std::string::npos) return triple;
    return triple.substr(0, first) + triple.substr(second);
}

Result<std::vector<std::string>> command_of(const std::string& option, const std::string& text) {
    auto words = words_of(text);
    if (!words) return Error{.where = option, .what = words.error().what};
    if (!find_program(words->front()))
        return Error{.where = option,
                     .what = "found no program '" + words->front() + "', expected one in PATH or a path"};
    return words;
}

/// The last lines of what a program complained.
std::string last_lines(std::string text) {
    constexpr std::size_t most = 1000;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.empty()) return "it says nothing";
    return text.size() > most ? "..." + text.substr(text.size() - most) : text;
}

/// Bytes of floats, as they are in memory: saku and all its targets are little-endian.
void append_floats(std::string& bytes, const std::vector<double>& values) {
    static_assert(std::endian::native == std::endian::little);
    for (const double value : values) {
        const auto rounded = static_cast<float>(value);
        std::array<char, sizeof rounded> raw{};
        std::memcpy(raw.data(), &rounded, sizeof rounded);
        bytes.append(raw.data(), raw.size());
    }
}

std::string inputs_of(const ir::Operator& op, const std::vector<std::vector<double>>& values) {
    std::string bytes;
    for (std::size_t t = 0; t < op.tensors.size(); ++t)
        if (!op.tensors[t].is_output || op.tensors[t].is_accumulated) append_floats(bytes, values[t]);
    return bytes;
}

/// The driver's output, read from front to back.
class Answer {
public:
    explicit Answer(const std::string& bytes) : bytes_(bytes) {}
    /// False when there is not so much left.
    bool take(void* into, std::size_t count) {
        if (bytes_.size() - at_ < count) return false;
        std::memcpy(into, bytes_.data() + at_, count);
        at_ += count;
        return true;
    }

private:
    const std::string& bytes_;
    std::size_t at_ = greeting.size();
};

/// One placement's status and outputs, compared. False when the answer ends early.
bool check_placement(const ir::Operator& op, const tuner::ReferenceData& reference, Answer& answer,
                     tuner::Measurement& result) {
    std::int32_t status = 0;
    if (!answer.take(&status, sizeof status)) return false;
    std::vector<std::vector<float>> outputs(op.tensors.size());
    std::vector<float*> tensors(op.tensors.size(), nullptr);
    for (std::size_t t = 0; t < op.tensors.size(); ++t) {
        if (!op.tensors[t].is_output) continue;
        outputs[t].resize(tuner::elements_of(op.tensors[t]));
        tensors[t] = outputs[t].data();
        if (!answer.take(outputs[t].data(), outputs[t].size() * sizeof(float))) return false;
    }
    const tuner::Agreement agreement = tuner::compare_outputs(op, tensors, reference);
    result.status = status;
    result.correct = result.correct && agreement.correct && status == 0;
    result.agreement = tuner::worse_of(result.agreement, agreement);
    return true;
}

ForeignMeasurement evaluated(const ir::Operator& op, const tuner::ReferenceData& reference, const Ended& ended) {
    ForeignMeasurement result;
    result.measured.correct = true;
    Answer answer(ended.out);
    if (!check_placement(op, reference, answer, result.measured) ||
        !check_placement(op, reference, answer, result.measured) || ended.exit_code != 0) {
        result.measured.correct = false;
        result.complaint = "the kernel ended the program with exit code " + std::to_string(ended.exit_code) + ": " +
                           last_lines(ended.err);
        return result;
    }
    if (!result.measured.correct) return result;
    double seconds = 0;
    while (answer.take(&seconds, sizeof seconds)) result.measured.samples.push_back(seconds);
    std::vector<double> sorted = result.measured.samples;
    std::sort(sorted.begin(), sorted.end());
    if (!sorted.empty()) result.measured.seconds = sorted[sorted.size() / 2];
    return result;
}

/// Compiles kernel and driver to the program "kernel" of the folder.
Result<Done> build(const ir::Operator& op, const ir::LoopNest& nest, const targets::Codegen& codegen,
                   const std::vector<std::string>& compiler, int threads, Scratch& scratch) {
    const auto emitted = targets::emit(nest, codegen, {.name = "kernel"});
    if (!emitted) return Error{.where = ir::shorthand(op), .what = emitted.error().text()};
    SAKU_TRY_DONE(scratch.write("kernel.o", emitted->object));
    SAKU_TRY_DONE(scratch.write("foreign_case.h", foreign_case(op, nest, threads)));
    SAKU_TRY_DONE(scratch.write("driver.c", std::string(embedded_cli().front().text)));
    // Static: what the runner emulates may lack a C library, or have another one.
    std::vector<std::string> command = compiler;
    command.insert(command.end(), {"-O2", "-std=gnu11", "-static", "-pthread", scratch.path("driver.c"),
                                   scratch.path("kernel.o"), "-o", scratch.path("kernel")});
    SAKU_TRY(ended, scratch.run(command));
    if (ended.exit_code != 0)
        return Error{.where = "--cc " + compiler.front(), .what = "cannot build the program: " + last_lines(ended.err)};
    return Done{};
}

}  // namespace

void add_foreign_options(CLI::App& command, ForeignOptions& options) {
    CLI::Option* runner = command
                              .add_option("--runner", options.runner,
                                          "run the kernel by this command, such as 'qemu-aarch64', for machines that "
                                          "this computer is not")
                              ->check(not_empty());
    command
        .add_option("--cc", options.compiler,
                    "C compiler for --runner (default: <triple>-gcc of the target, such as aarch64-linux-gnu-gcc)")
        ->check(not_empty())
        ->needs(runner);
}

Result<Toolchain> find_toolchain(const ForeignOptions& options, const std::string& triple) {
    SAKU_TRY(runner, command_of("--runner", options.runner));
    if (!options.compiler.empty()) {
        SAKU_TRY(compiler, command_of("--cc", options.compiler));
        return Toolchain{.runner = runner, .compiler = compiler};
    }
    const std::string full = triple + "-gcc";
    const std::string shorter = without_vendor(triple) + "-gcc";
    for (const std::string& name : {full, shorter})
        if (find_program(name)) return Toolchain{.runner = runner, .compiler = {name}};
    return Error{.where = "--runner",
                 .what = "found neither " + full + " nor " + shorter + " in PATH, expected a C compiler for " + triple +
                         " there or named by --cc"};
}

Result<ForeignMeasurement> measure_foreign(const ir::Operator& op, const ir::LoopNest& nest,
                                           const targets::Codegen& codegen, const Toolchain& toolchain,
                                           const tuner::MeasureOptions& options, Session& session) {
    SAKU_TRY(folder, Scratch::make(session.files));
    Scratch& scratch = *folder;
    SAKU_TRY_DONE(build(op, nest, codegen, toolchain.compiler, options.threads, scratch));
    tuner::ReferenceData reference{.values = tuner::random_inputs(op, options.seed), .magnitudes = {}, .roundings = {}};
    SAKU_TRY_DONE(scratch.write("inputs", inputs_of(op, reference.values)));
    tuner::evaluate_reference(op, reference, options.jobs);
    std::vector<std::string> command = toolchain.runner;
    command.insert(command.end(),
                   {scratch.path("kernel"), std::to_string(options.samples), std::to_string(options.sample_seconds),
                    std::string(features::name_of(options.residence))});
    SAKU_TRY(ended, scratch.run(command, "inputs"));
    if (!ended.out.starts_with(greeting))
        return Error{.where = "--runner " + toolchain.runner.front(),
                     .what = "cannot run the program: exit code " + std::to_string(ended.exit_code) + ", " +
                             last_lines(ended.err)};
    return evaluated(op, reference, ended);
}

}  // namespace saku::cli
