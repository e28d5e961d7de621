// The reference against the interpreter, and measuring against kernels that are right and wrong.
#include "tuner/measure.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "frontends/operator_json.h"
#include "ir/interpret.h"
#include "ir/walk.h"
#include "targets/machine_file.h"
#include "tuner/reference.h"

using namespace saku;

namespace {

/// A shorthand, or notation (which begins with "op ").
ir::Operator op_of(const std::string& text) {
    const std::string json = R"({"schema": 1, "kind": "operator", "notation": ")" + text + "\"}";
    auto op =
        text.starts_with("op ") ? frontends::operator_from_json(json, "test.json") : frontends::operator_from(text);
    REQUIRE_MESSAGE(op.ok(), (op ? std::string() : op.error().text()));
    return *op;
}

}  // namespace

TEST_CASE("the reference is what the interpreter computes without rounding") {
    for (const char* text : {"matmul:m=5,n=7,k=9", "matmul:m=4,n=3,k=2,ta=1,tb=1",
                             "conv2d:c=4,h=7,w=9,k=6,r=3,s=3,stride=2,pad=1,groups=2",
                             "conv2d:c=2,h=9,w=9,k=3,r=3,s=2,dilation=2,pad=2,bias=1,relu=1",
                             "depthwise_conv2d:n=2,c=3,h=6,w=5,r=3,s=3,pad=1,ldin=7,stride_out_c=40,alpha=0.5,beta=3",
                             "matmul:m=5,n=6,k=7,alpha=0.5,beta=2",
                             // sums that go on from an earlier statement
                             "op a() { in: f32[N=5, M=7] bias: f32[N=5] out: f32[N=5, M=7] out axes i<5, j<7 "
                             "out[i, j] = bias[i] out[i, j] += in[i, j] }",
                             "op b() { x: f32[N=5, M=7] y: f32[N=5, M=7] out: f32[N=5] out axes i<5, j<7 "
                             "out[i] += x[i, j] out[i] += y[i, j] out[i] = out[i] * 2 }",
                             // positions that stand still and come back
                             "op c() { in: f32[N=2] out: f32[N=37, M=37] out axes i<37, j<37 "
                             "out[i, j] = in[(i + j) % 4 / 2] }"}) {
        CAPTURE(text);
        const ir::Operator op = op_of(text);
        const ir::LoopNest nest = ir::lower(op);
        Random random(5);
        tuner::ReferenceData data;
        ir::Arguments arguments;
        for (const ir::Tensor& tensor : op.tensors) {
            std::size_t last = 1;
            for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
                last += static_cast<std::size_t>((tensor.shape[d] - 1) * tensor.strides[d]);
            }
            std::vector<double>& values = data.values.emplace_back(last);
            for (double& x : values) x = static_cast<double>(random.between(-16, 16)) / 8;
            arguments.push_back(values);
        }
        tuner::evaluate_reference(op, data, 2);
        ir::InterpretOptions wide;
        wide.wide_accumulation = true;
        const auto done = ir::interpret(nest, arguments, wide);
        REQUIRE(done.ok());
        CHECK(data.values == arguments);
    }
}

TEST_CASE("a plain nest measures as correct, a wrong one does not") {
    const ir::Operator op = op_of("matmul:m=9,n=20,k=30");
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    tuner::MeasureOptions options;
    options.samples = 3;
    options.sample_seconds = 0.0005;
    const ir::LoopNest nest = ir::lower(op);
    const auto right = tuner::measure(op, nest, machine->codegen, options);
    REQUIRE(right.ok());
    CHECK(right->correct);
    CHECK(right->agreement.error > 0);
    CHECK(right->agreement.bound > 0);
    CHECK(right->seconds > 0);
    CHECK(right->samples.size() == 3);

    ir::LoopNest wrong = nest;
    wrong.body = ir::map_accesses(nest.body, [&](const ir::Access& access) {
        ir::Access changed = access;
        if (access.buffer == 0) changed.indices[0] = ir::Index(0);
        return changed;
    });
    const auto measured = tuner::measure(op, wrong, machine->codegen, options);
    REQUIRE(measured.ok());
    CHECK(!measured->correct);
    CHECK(measured->samples.empty());
}

TEST_CASE("infinite paddings and limits do not blunt the check") {
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    tuner::MeasureOptions options;
    options.samples = 1;
    options.sample_seconds = 0.0001;
    const ir::Operator op = op_of("max_pool2d:c=8,h=14,w=14,r=3,s=3,pad=1,stride=2");
    const ir::LoopNest nest = ir::lower(op);
    const auto right = tuner::measure(op, nest, machine->codegen, options);
    REQUIRE(right.ok());
    CHECK(right->correct);
    CHECK(std::isfinite(right->agreement.bound));

    ir::LoopNest wrong = nest;
    wrong.body = ir::map_accesses(nest.body, [&](const ir::Access& access) {
        ir::Access changed = access;
        if (changed.pad) changed.pad = 0.9;
        return changed;
    });
    const auto measured = tuner::measure(op, wrong, machine->codegen, options);
    REQUIRE(measured.ok());
    CHECK(!measured->correct);
}

TEST_CASE("results below the smallest normal number may be off by their spacing") {
    const ir::Operator op = op_of("matmul:m=5,n=7,k=3,alpha=3e-39");
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    tuner::MeasureOptions options;
    options.samples = 1;
    options.sample_seconds = 0.0001;
    const auto measured = tuner::measure(op, ir::lower(op), machine->codegen, options);
    REQUIRE(measured.ok());
    CHECK(measured->correct);
}

TEST_CASE("operands too large for the machine are refused before anything is allocated") {
    const ir::Operator op = op_of("matmul:m=200000,n=200000,k=1");
    const auto machine = targets::machine_for_target("host");
    const auto measured = tuner::measure(op, ir::lower(op), machine->codegen, {});
    REQUIRE(!measured.ok());
    CHECK(measured.error().reason == "not enough free memory");
}

TEST_CASE("operands in common memory: where they are told to, or not at all") {
    const ir::Operator op = op_of("matmul:m=20,n=33,k=40");
    const auto machine = targets::machine_for_target("host");
    REQUIRE(machine.ok());
    const auto inputs = tuner::random_inputs(op, 1);
    tuner::ReferenceData reference{.values = inputs, .magnitudes = {}, .roundings = {}};
    tuner::evaluate_reference(op, reference, 1);
    auto kernel = tuner::PreparedKernel::make(op, ir::lower(op), machine->codegen, {}, tuner::Placement::at_end);
    REQUIRE(kernel.ok());
    const std::vector<float*> own = kernel->tensors();
    CHECK_FALSE(kernel->move(tuner::CommonMemory(1)));
    CHECK(kernel->tensors() == own);
    const tuner::CommonMemory memory(1U << 20U);
    for (int i = 0; i < 2; ++i) {
        REQUIRE(kernel->move(memory));
        for (const float* tensor : kernel->tensors()) {
            const auto* at = reinterpret_cast<const char*>(tensor);  // NOLINT
            CHECK(at > memory.data());
            CHECK(at < memory.data() + memory.bytes());
        }
        tuner::fill(*kernel, inputs);
        kernel->prepare();
        kernel->keep();
        REQUIRE(kernel->run() == 0);
        CHECK(tuner::compare_outputs(op, kernel->tensors(), reference).correct);
        std::fill_n(memory.data(), memory.bytes(), 0);  // another candidate
        kernel->restore();
        REQUIRE(kernel->run() == 0);
        CHECK(tuner::compare_outputs(op, kernel->tensors(), reference).correct);
    }
}

TEST_CASE("with cold caches a kernel is slower, and right") {
    const ir::Operator op = op_of("relu:n=8192");
    const auto host = targets::machine_for_target("host");
    REQUIRE(host.ok());
    const auto fastest = [&](features::Residence residence) {
        const auto measured = tuner::measure(op, ir::lower(op), host->codegen,
                                             {.samples = 9, .residence = residence, .sample_seconds = 0.002});
        REQUIRE_MESSAGE(measured.ok(), (measured.ok() ? std::string() : measured.error().text()));
        CHECK(measured->correct);
        REQUIRE(measured->samples.size() == 9);
        return *std::min_element(measured->samples.begin(), measured->samples.end());
    };
    CHECK(fastest(features::Residence::cold) > fastest(features::Residence::warm));
}
