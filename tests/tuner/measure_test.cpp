// The reference against the interpreter, and measuring against kernels that are right and wrong.
#include "tuner/measure.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "ir/interpret.h"
#include "ir/walk.h"
#include "targets/machine_file.h"
#include "tuner/reference.h"

using namespace saku;

namespace {

ir::Operator op_of(const std::string& text) {
    auto op = frontends::operator_from(text);
    REQUIRE_MESSAGE(op.ok(), (op ? std::string() : op.error().text()));
    return *op;
}

}  // namespace

TEST_CASE("the reference is what the interpreter computes without rounding") {
    for (const char* text : {"matmul:m=5,n=7,k=9", "matmul:m=4,n=3,k=2,ta=1,tb=1",
                             "conv2d:c=4,h=7,w=9,k=6,r=3,s=3,stride=2,pad=1,groups=2",
                             "conv2d:c=2,h=9,w=9,k=3,r=3,s=2,dilation=2,pad=2,bias=1,relu=1",
                             "depthwise_conv2d:n=2,c=3,h=6,w=5,r=3,s=3,pad=1"}) {
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
    CHECK(right->max_abs_error > 0);
    CHECK(right->error_bound > 0);
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

TEST_CASE("operands too large for the machine are refused before anything is allocated") {
    const ir::Operator op = op_of("matmul:m=200000,n=200000,k=1");
    const auto machine = targets::machine_for_target("host");
    const auto measured = tuner::measure(op, ir::lower(op), machine->codegen, {});
    REQUIRE(!measured.ok());
    CHECK(measured.error().reason == "not enough free memory");
}
