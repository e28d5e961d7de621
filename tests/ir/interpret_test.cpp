#include "ir/interpret.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "ir/arithmetic.h"
#include "ir/print.h"
#include "tests/equivalence.h"
#include "tests/ir/random_nest.h"

using namespace saku;
using namespace saku::ir;

namespace {

LoopNest parsed(const std::string& text) {
    const Result<LoopNest> nest = parse(text);
    REQUIRE_MESSAGE(nest.ok(), nest.error().text());
    return *nest;
}

/// A nest over x: f32[4] = {1, 2, 3, 4}, out: f32[4] accumulated = {10, 20, 30, 40} and scratch t: f32[4].
LoopNest small_nest(const std::string& body) {
    return parsed("nest n { arg x: f32[4] in arg out: f32[4] out accumulated workspace t: f32[4] body {" + body +
                  "} }");
}

Arguments small_arguments() { return {{1, 2, 3, 4}, {10, 20, 30, 40}}; }

std::string failure(const LoopNest& nest, Arguments arguments, const InterpretOptions& options = {}) {
    const Result<Done> done = interpret(nest, arguments, options);
    return done ? "ran" : done.error().text();
}

/// What the tree says, read word by word: the check of the interpreter that compiles.
class PlainInterpreter {
public:
    PlainInterpreter(const LoopNest& nest, Arguments& memory)
        : nest_(nest), memory_(memory), variables_(nest.variables.size(), 0) {
        for (std::size_t id = memory.size(); id < nest.buffers.size(); ++id) {
            memory.emplace_back(static_cast<std::size_t>(span_elements(nest.buffers[id].layout)));
        }
    }

    void run(const Block& block) {
        for (const Node& node : block) {
            std::visit([&](const auto& alternative) { run(alternative); }, node.node);
        }
    }

private:
    void run(const Loop& loop) {
        std::int64_t& variable = variables_[static_cast<std::size_t>(loop.variable)];
        for (variable = 0; variable < loop.extent.value; ++variable) run(loop.body);
        variable = 0;
    }
    void run(const Guard& guard) {
        for (const Index& condition : guard.conditions) {
            if (evaluate(condition, variables_) < 0) return run(guard.otherwise);
        }
        run(guard.then);
    }
    void run(const Prefetch&) {}
    void run(const Intrinsic& intrinsic) { run(intrinsic.semantics); }
    void run(const Store& store) {
        double value = of(store.value);
        bool first = store.first.has_value();
        if (first) {
            for (const Index& index : *store.first) first = first && evaluate(index, variables_) == 0;
        }
        double& element = at(store.destination);
        if (store.update != Update::assign) {
            value = updated(store.update, first ? identity_of(store.update) : element, value);
        }
        element = static_cast<double>(static_cast<float>(value));
    }

    double& at(const Access& access) {
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(access.buffer)];
        std::int64_t offset = 0;
        for (const LayoutPart& part : buffer.layout.parts) {
            const std::int64_t coordinate =
                evaluate(access.indices[static_cast<std::size_t>(part.dimension)], variables_);
            offset += floor_mod(floor_div(coordinate, part.divisor), part.extent) * part.stride;
        }
        return memory_[static_cast<std::size_t>(access.buffer)][static_cast<std::size_t>(offset)];
    }
    double of(const Access& access) {
        const std::vector<std::int64_t>& shape = nest_.buffers[static_cast<std::size_t>(access.buffer)].shape;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            const std::int64_t coordinate = evaluate(access.indices[d], variables_);
            if (coordinate < 0 || coordinate >= shape[d]) return access.pad.value();
        }
        return at(access);
    }
    double of(const Expr& expr) {
        return std::visit(Overloaded{
                              [](const Constant& x) { return x.value; },
                              [&](const Load& x) { return of(x.access); },
                              [&](const IndexValue& x) { return static_cast<double>(evaluate(x.index, variables_)); },
                              [&](const Unary& x) { return computed(x.op, of(x.operand)); },
                              [&](const Binary& x) {
                                  const double left = of(x.left);
                                  return computed(x.op, left, of(x.right));
                              },
                          },
                          expr->node);
    }

    const LoopNest& nest_;
    Arguments& memory_;
    std::vector<std::int64_t> variables_;
};

}  // namespace

TEST_CASE("each construct does what the manual says") {
    struct Case {
        const char* body;
        std::vector<double> out;
    };
    const std::vector<Case> cases{
        {"for i < 4 { out[i] = x[i] * 2 }", {2, 4, 6, 8}},
        {"for i < 4 { out[i] += x[i] }", {11, 22, 33, 44}},
        {"for i < 4 { out[i] *= x[i] }", {10, 40, 90, 160}},
        {"for i < 4 { out[i] max= 13 * x[i] - 5 * x[1] }", {10, 20, 30, 42}},
        {"for i < 4 { out[i] min= 25 }", {10, 20, 25, 25}},
        {"for i < 4 { out[1] += x[i] first (i) }", {10, 10, 30, 40}},
        {"for i < 4 { out[0] max= x[3 - i] first (i) }", {4, 20, 30, 40}},
        {"for i < 4 { out[0] *= x[i] first (i) }", {24, 20, 30, 40}},
        {"for i < 4 { out[0] += x[i] first () }", {4, 20, 30, 40}},
        {"for i < 2 { for j < 2 { out[j] += x[i + 2*j] first (i) } }", {3, 7, 30, 40}},
        {"for i < 4 { if i - 2 >= 0 { out[i] = 0 } else { out[i] = 1 } }", {1, 1, 0, 0}},
        {"for i < 4 { if i - 1 >= 0, 2 - i >= 0 { out[i] = 0 } }", {10, 0, 0, 40}},
        {"for i < 4 { out[i] = x[i - 1] pad 7 }", {7, 1, 2, 3}},
        {"for i < 4 { out[floor(i/2)] = x[(i mod 3)] }", {2, 1, 30, 40}},
        {"vector for i < 4 { t[i] = x[i] } unrolled for i < 4 { out[i] = t[3 - i] }", {4, 3, 2, 1}},
        {"parallel for i < 4 { for j < 4 { t[j] = x[j] + x[i] } out[i] = t[1] }", {3, 4, 5, 6}},
        {"intrinsic twice { for i < 4 { out[i] = x[i] + x[i] } } prefetch x[9]", {2, 4, 6, 8}},
        {"out[0] = neg(x[1]) out[1] = sqrt(x[3]) out[2] = rcp(x[3]) out[3] = abs(x[0] - x[2])", {-2, 2, 0.25, 2}},
        {"out[0] = min(x[1], x[2]) out[1] = x[1] / x[3] out[2] = exp(x[0] - 1) out[3] = 0.1", {2, 0.5, 1, 0.1f}},
        {"out[0] = max(nan, 1) out[1] = max(1, nan) out[2] = min(1, nan) out[3] = min(nan, 1)", {NAN, 1, 1, NAN}},
        {"for i < 4 { out[i] = x[i] + index(3*i - 1) }", {0, 4, 8, 12}},
        {"for i < 4 { out[i] = index(floor(i/2)) - index((i mod 3)) * 2 }", {0, -2, -3, 1}},
        {"for i < n <= 4 { out[i] = 0 }", {0, 0, 0, 40}},
        {"for i < 2*vscale { out[i] = 0 }", {0, 0, 0, 0}},
    };
    InterpretOptions options;
    options.parameters["n"] = 3;
    options.vscale = 2;
    for (const Case& c : cases) {
        const LoopNest nest = small_nest(c.body);
        Arguments arguments = small_arguments();
        const Result<Done> done = interpret(nest, arguments, options);
        REQUIRE_MESSAGE(done.ok(), done.error().text());
        CHECK_MESSAGE(tests::first_difference(nest, {{1, 2, 3, 4}, c.out}, arguments) == "", c.body);
    }
}

TEST_CASE("stores round to the buffer's type, and not at all for wide accumulation") {
    struct Case {
        const char* type;
        double value;
        double stored;
    };
    const std::vector<Case> cases{{"f32", 0.1, static_cast<double>(0.1F)},
                                  {"f32", 16777217, 16777216},
                                  {"f64", 0.1, 0.1},
                                  {"bf16", 1.00390625, 1},
                                  {"bf16", 1.01171875, 1.015625},
                                  {"bf16", -INFINITY, -INFINITY},
                                  {"bf16", NAN, NAN},
                                  {"i8", 200, 127},
                                  {"i8", -2.5, -2},
                                  {"u8", -3, 0},
                                  {"u8", 255.6, 255},
                                  {"i32", 1e10, 2147483647},
                                  {"i32", NAN, 0},
                                  {"i64", 9007199254740992, 9007199254740992}};
    for (const Case& c : cases) {
        const LoopNest nest =
            parsed("nest n { arg x: f64[1] in arg out: " + std::string(c.type) + "[1] out body { out[0] = x[0] } }");
        Arguments arguments{{c.value}, {0}};
        CHECK(interpret(nest, arguments).ok());
        CHECK(tests::first_difference(nest, {{c.value}, {c.stored}}, arguments) == "");
        CHECK(interpret(nest, arguments, {.parameters = {}, .wide_accumulation = true}).ok());
        CHECK(tests::first_difference(nest, {{c.value}, {c.value}}, arguments) == "");
    }
    const LoopNest sum = parsed(
        "nest n { arg x: f32[2] in arg out: f32[1] out workspace t: f32[1] registers acc: f32[1] body { "
        "for i < 2 { acc[0] += x[i] first (i) } t[0] = acc[0] out[0] = t[0] - x[0] } }");
    Arguments arguments{{16777216, 1}, {0}};
    CHECK(interpret(sum, arguments).ok());
    CHECK(arguments[1][0] == 0);
    CHECK(interpret(sum, arguments, {.parameters = {}, .wide_accumulation = true}).ok());
    CHECK(arguments[1][0] == 1);
}

TEST_CASE("layouts place elements") {
    const LoopNest nest = parsed(
        "nest n { arg x: f32[2, 3] layout (d1%3 stride 4, d0%2 stride 1) in "
        "arg out: f32[5] layout (d0%2 stride 2, d0/2%3 stride 5) out body { for i < 5 { out[i] = x[(i mod 2), "
        "floor(i/2)] } } }");
    Arguments arguments{{0, 1, -1, -1, 10, 11, -1, -1, 20, 21}, std::vector<double>(13, 9)};
    REQUIRE(interpret(nest, arguments).ok());
    CHECK(arguments[1] == std::vector<double>{0, 9, 1, 9, 9, 10, 9, 11, 9, 9, 20, 9, 9});
}

TEST_CASE("offline packs run first") {
    const LoopNest nest = parsed(
        "nest n { arg w: f32[4] in const arg out: f32[4] out packed p: f32[2, 2] of w "
        "offline p { for i < 2 { for j < 2 { p[i, j] = w[2*j + i] } } } "
        "body { for i < 2 { for j < 2 { out[2*i + j] = p[i, j] } } } }");
    Arguments arguments{{1, 2, 3, 4}, {0, 0, 0, 0}};
    REQUIRE(interpret(nest, arguments).ok());
    CHECK(arguments[1] == std::vector<double>{1, 3, 2, 4});
}

TEST_CASE("what must not happen is an error that says where") {
    struct Case {
        const char* body;
        const char* message;
    };
    const std::vector<Case> cases{
        {"for i < 4 { for j < 3 { out[i + j] = 1 } }",
         "nest n: `out[i + j]`: coordinate 0 is 4, outside of 0 to 3 at i = 2, j = 2"},
        {"for i < 4 { out[i] = x[i - 1] }", "nest n: `x[i - 1]`: coordinate 0 is -1, outside of 0 to 3 at i = 0"},
        {"for i < 4 { out[i] = t[3 - i] }", "nest n: `t[-i + 3]`: read before anything is written there at i = 0"},
        {"for i < 4 { t[i] += 1 }", "nest n: `t[i]`: read before anything is written there at i = 0"},
        {"t[0] = 1 parallel for i < 4 { out[i] = t[0] t[0] = 2 }",
         "nest n: `t[0]`: read before anything is written there"},
        {"parallel for i < 4 { t[i] = x[i] } out[0] = t[0]", "nest n: `t[0]`: read before anything is written there"},
        {"for i < n <= 4 { out[i] = 1 }", "nest n: `n`: the parameter has no value"},
        {"for i < m <= 4 { out[i] = 1 }", "nest n: `m`: 5 is not from 0 to 4"},
        {"for i < 20000 { for j < 20000 { } }", "nest n: `interpret`: gave up after 200000000 steps"},
        {"x[0] = 1", "nest n: `x[0] = 1`: a write to 'x', which is not an output"},
    };
    InterpretOptions options;
    options.parameters["m"] = 5;
    for (const Case& c : cases) CHECK(failure(small_nest(c.body), small_arguments(), options) == c.message);

    const LoopNest nest = small_nest("out[0] = 1");
    CHECK(failure(nest, {{1, 2, 3, 4}}) == "nest n: `arguments`: 1 given, 2 expected");
    CHECK(failure(nest, {{1, 2, 3}, {1, 2, 3, 4}}) == "nest n: `x`: 3 elements given, 4 expected");
    CHECK(failure(nest, small_arguments(), {.parameters = {}, .vscale = 17}) ==
          "nest n: `vscale`: 17 is not from 1 to 16");
    const LoopNest large = parsed("nest n { workspace t: f32[70000000] body { } }");
    CHECK(failure(large, {}) == "nest n: `t`: scratch of more than 67108864 elements");
    const LoopNest unwritten = parsed("nest n { arg out: f32[1] out body { out[0] += 1 } }");
    CHECK(failure(unwritten, {{1}}) == "nest n: `out[0]`: read before anything is written there");
}

TEST_CASE("parallel loops that depend on their order show when they run backwards") {
    const LoopNest nest = small_nest("parallel for i < 3 { out[i + 1] = out[i] }");
    Arguments forwards = small_arguments();
    Arguments backwards = small_arguments();
    REQUIRE(interpret(nest, forwards).ok());
    REQUIRE(interpret(nest, backwards, {.parameters = {}, .reverse_parallel = true}).ok());
    CHECK(forwards[1] == std::vector<double>{10, 10, 10, 10});
    CHECK(backwards[1] == std::vector<double>{10, 10, 20, 30});
    CHECK(tests::difference_between(nest, nest) != "");
}

TEST_CASE("random nests run as the tree reads") {
    Random random(5);
    for (int round = 0; round < 400; ++round) {
        const LoopNest nest = tests::random_nest(random, {.max_depth = 4});
        const Arguments arguments = tests::random_arguments(nest, random.bits());
        Arguments expected = arguments;
        PlainInterpreter(nest, expected).run(nest.body);
        Arguments actual = arguments;
        const Result<Done> done = interpret(nest, actual);
        REQUIRE_MESSAGE(done.ok(), print(nest) << done.error().text());
        CHECK_MESSAGE(tests::first_difference(nest, {expected[0], expected[1]}, actual) == "", print(nest));
    }
}
