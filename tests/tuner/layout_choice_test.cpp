// Which layouts are tried for which operator.
#include "tuner/layout_choice.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "frontends/operator_from.h"
#include "tests/tuner/operators.h"
#include "tuner/access_pattern.h"
#include "tuner/space.h"

using namespace saku;

namespace {

/// "NCHW NCHW | NHWC NHWC": choices, each with the labels of its tensors.
std::string labels(const std::string& text, int lanes) {
    const ir::Operator op = tests::operator_named(text);
    std::string all;
    for (const auto& layouts : tuner::layout_choices(op, tuner::main_statement(op), lanes)) {
        if (!all.empty()) all += " |";
        for (const tuner::SketchLayout& layout : layouts) all += " " + layout.label;
    }
    return all.empty() ? all : all.substr(1);
}

}  // namespace

TEST_CASE("layouts follow from the access pattern") {
    struct Case {
        const char* op;
        int lanes;
        const char* expected;
    };
    const Case cases[] = {
        {"conv2d:c=64,h=9,w=9,k=64,r=3,s=3", 16, ""},
        {"conv2d:c=64,h=9,w=9,k=64,r=3,s=3,layout=any", 16, "NCHW NKHW | NHWC NHWK | NCHW16c NKHW16k"},
        {"conv2d:c=64,h=9,w=9,k=64,r=1,s=1,layout=any", 8, "NCHW NKHW | NHWC NHWK | NCHW8c NKHW8k"},
        {"conv2d:c=20,h=9,w=9,k=17,r=3,s=3,layout=any", 16, "NCHW NKHW | NHWC NHWK | NCHW16c NKHW16k"},
        // Three channels would be padded to sixteen.
        {"conv2d:c=3,h=9,w=9,k=64,r=3,s=3,layout=any", 16, "NCHW NKHW | NHWC NHWK | NHWC NKHW16k"},
        {"conv2d:c=1,h=9,w=9,k=64,r=3,s=3,layout=any", 16, "NCHW NKHW | NCHW NHWK | NCHW NKHW16k"},
        {"conv2d:c=32,h=9,w=9,k=32,r=3,s=3,bias=1,residual=1,layout=any", 16,
         "NCHW NKHW NKHW | NHWC NHWK NHWK | NCHW16c NKHW16k NKHW16k"},
        {"conv2d:c=32,h=9,w=9,k=32,r=3,s=3,groups=2,layout=any", 16, "NCHW NKHW"},
        {"depthwise_conv2d:c=32,h=9,w=9,r=3,s=3,layout=any", 16, "NCHW NCHW | NHWC NHWC | NCHW16c NCHW16c"},
        {"max_pool2d:n=2,c=32,h=9,w=9,r=3,s=3,layout=any", 16, "NCHW NCHW | NHWC NHWC | NCHW16c NCHW16c"},
        {"max_pool2d:c=8,h=9,w=9,r=3,s=3,layout=any", 16, "NCHW NCHW | NHWC NHWC"},
        {"max_pool2d:c=8,h=9,w=9,r=3,s=3,layout=any", 0, "NCHW NCHW | NHWC NHWC"},
        {"conv2d_nhwc:c=64,h=9,w=9,k=64,r=3,s=3,layout=any", 16, "NHWC NHWK"},
        {"matmul:m=64,n=64,k=64,layout=any", 16, "MK MN"},
        {"relu:m=64,n=64,layout=any", 16, "MN MN"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.op);
        CHECK(labels(one.op, one.lanes) == one.expected);
    }
}

TEST_CASE("layouts are holes that can be pinned") {
    const ir::Operator op = tests::operator_named("conv2d:c=32,h=9,w=9,k=32,r=3,s=3,pad=1,layout=any");
    const targets::Machine machine = tests::machine_named("zen5");
    const auto pinned = tuner::make_space(op, machine, {.threads = 1, .pinned = {{"layout_in", "NCHW16c"}}});
    REQUIRE(pinned.ok());
    REQUIRE(!pinned->sketches->empty());
    for (std::size_t s = 0; s < pinned->sketches->size(); ++s) {
        CHECK(pinned->laid_out[s].buffers[0].layout.parts.size() == 5);
        const std::string text = schedules::to_text(tuner::schedule_of(*pinned, pinned->ids.numbering.first[s]));
        CHECK(
            text.starts_with("set_layout(in, 0, 1, 2, 3, block(1, 16))\nset_layout(out, 0, 1, 2, 3, block(1, 16))\n"));
    }
    const auto wrong = tuner::make_space(op, machine, {.threads = 1, .pinned = {{"layout_in", "CHWN"}}});
    REQUIRE(!wrong.ok());
    CHECK(wrong.error().text() ==
          "--fix layout_in=CHWN: 'CHWN' is no value of layout_in, expected one of NCHW, NCHW16c, NHWC");
}
