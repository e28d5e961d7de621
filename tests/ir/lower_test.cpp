#include <doctest/doctest.h>

#include <functional>

#include "ir/operator.h"

namespace saku::ir {
namespace {

Index v(VarId id) { return Index::variable(id); }

Tensor tensor(std::string name, std::vector<std::int64_t> shape) {
    const Layout dense_layout = row_major(shape);
    Tensor result{.name = std::move(name), .dimensions = {}, .shape = std::move(shape), .strides = {}, .pad = {}};
    for (const LayoutPart& part : dense_layout.parts) result.strides.push_back(part.stride);
    return result;
}

/// out[i, j] += a[i, k] * b[k, j]
Operator matmul(std::int64_t m, std::int64_t n, std::int64_t k) {
    Operator op{
        .name = "matmul", .parameters = {{"m", m}, {"n", n}, {"k", k}}, .tensors = {}, .axes = {}, .statements = {}};
    op.tensors = {tensor("a", {m, k}), tensor("b", {k, n}), tensor("out", {m, n})};
    op.tensors[1].is_constant = true;
    op.tensors[2].is_output = true;
    op.axes = {{"i", m}, {"k", k}, {"j", n}};
    op.statements.push_back(
        {.destination = {2, {v(0), v(2)}, {}},
         .update = Update::add,
         .value = binary(BinaryOp::multiply, load({0, {v(0), v(1)}, {}}), load({1, {v(1), v(2)}, {}})),
         .axes = {0, 1, 2}});
    return op;
}

const Loop& loop_of(const Block& block) { return std::get<Loop>(block.front().node); }

TEST_CASE("a matmul lowers to destination axes, then reduced ones") {
    const Operator op = matmul(3, 5, 7);
    REQUIRE(check(op).ok());
    CHECK(shorthand(op) == "matmul:m=3,n=5,k=7");
    CHECK(flops(op) == 2.0 * 3 * 5 * 7);

    const LoopNest nest = lower(op);
    CHECK(nest.variables == std::vector<std::string>{"i", "j", "k"});
    REQUIRE(nest.body.size() == 1);
    const Loop& i = loop_of(nest.body);
    const Loop& j = loop_of(i.body);
    const Loop& k = loop_of(j.body);
    CHECK(i.extent == Extent(3));
    CHECK(j.extent == Extent(5));
    CHECK(k.extent == Extent(7));
    const Store& store = std::get<Store>(k.body.front().node);
    CHECK(store.first == std::vector<Index>{v(2)});
    CHECK(store.destination.indices == std::vector<Index>{v(0), v(1)});
    std::vector<Access> loads;
    for_each_load(store.value, [&](const Access& access) { loads.push_back(access); });
    REQUIRE(loads.size() == 2);
    CHECK(loads[0].indices == std::vector<Index>{v(0), v(2)});
    CHECK(loads[1].indices == std::vector<Index>{v(2), v(1)});
}

TEST_CASE("accumulated outputs and later updates keep the old value") {
    Operator op = matmul(2, 2, 2);
    op.tensors[2].is_accumulated = true;
    LoopNest nest = lower(op);
    CHECK_FALSE(std::get<Store>(loop_of(loop_of(loop_of(nest.body).body).body).body.front().node).first.has_value());

    op = matmul(2, 2, 2);
    op.statements.push_back(op.statements.front());
    REQUIRE(check(op).ok());
    nest = lower(op);
    REQUIRE(nest.body.size() == 2);
    const Loop& second = std::get<Loop>(nest.body[1].node);
    CHECK(nest.variables[static_cast<std::size_t>(second.variable)] == "i_2");
    const Store& store = std::get<Store>(loop_of(loop_of(second.body).body).body.front().node);
    CHECK_FALSE(store.first.has_value());
    CHECK(store.statement == 1);
    CHECK(store.destination.indices == std::vector<Index>{v(3), v(4)});
}

TEST_CASE("only reads that may leave a padded tensor carry its pad") {
    Operator op{.name = "blur",
                .parameters = {},
                .tensors = {tensor("in", {8}), tensor("out", {8})},
                .axes = {{"x", 8}},
                .statements = {}};
    op.tensors[0].pad = 0.5;
    op.tensors[1].is_output = true;
    const auto in = [](const Index& index) { return load({0, {index}, {}}); };
    op.statements.push_back({.destination = {1, {v(0)}, {}},
                             .update = Update::assign,
                             .value = binary(BinaryOp::add, in(v(0)), in(v(0) + 1)),
                             .axes = {0}});
    REQUIRE(check(op).ok());
    std::vector<std::optional<double>> pads;
    for_each_load(std::get<Store>(loop_of(lower(op).body).body.front().node).value,
                  [&](const Access& access) { pads.push_back(access.pad); });
    CHECK(pads == std::vector<std::optional<double>>{std::nullopt, 0.5});
    op.tensors[0].pad.reset();
    CHECK(check(op).error().text() ==
          "subscript 0 of 'in' runs from 1 to 8, expected 0 to 7 (only tensors with 'pad' may be read outside)");
}

TEST_CASE("views become layouts") {
    Operator op = matmul(4, 6, 8);
    op.tensors[0].strides = {1, 10};  // transposed, with a leading dimension
    REQUIRE(check(op).ok());
    const LoopNest nest = lower(op);
    CHECK(nest.buffers[0].layout.parts ==
          std::vector<LayoutPart>{{.dimension = 1, .divisor = 1, .extent = 8, .stride = 10},
                                  {.dimension = 0, .divisor = 1, .extent = 4, .stride = 1}});
    CHECK(span_elements(nest.buffers[0].layout) == 74);
}

struct Broken {
    const char* message;
    std::function<void(Operator&)> damage;
};

TEST_CASE("unsound operators are refused") {
    const Broken cases[] = {
        {"dimension 1 of 'a' is 0, expected at least 1", [](Operator& op) { op.tensors[0].shape[1] = 0; }},
        {"tensor 'b' of 274877906944 x 4 f32 elements has more than 2^40 bytes",
         [](Operator& op) { op.tensors[1].shape[0] = std::int64_t{1} << 38; }},
        {"tensor 'b' of 9223372036854775807 x 4 f32 elements has more than 2^40 bytes",
         [](Operator& op) { op.tensors[1].shape[0] = INT64_MAX; }},
        {"tensor 'b' of 5 x 4 f32 elements with its gaps has more than 2^40 bytes",
         [](Operator& op) { op.tensors[1].strides[0] = INT64_MAX; }},
        {"the stride of dimension 0 of 'a' is 0, expected at least 1",
         [](Operator& op) { op.tensors[0].strides[0] = 0; }},
        {"elements of the view 'a' overlap: a stride of 4 steps inside 5 elements, expected at least as many",
         [](Operator& op) { op.tensors[0].strides[0] = 4; }},
        {"axis 'k' runs to 0, expected 1 to 2^40 iterations", [](Operator& op) { op.axes[1].extent = 0; }},
        {"'a' takes 2 subscripts, one for each dimension, found 1",
         [](Operator& op) {
             op.statements[0].value = load({0, {v(0)}, {}});
         }},
        {"subscript 1 of 'out' runs from 1 to 4, expected 0 to 3",
         [](Operator& op) { op.statements[0].destination.indices[1] += 1; }},
        {"'b' is written, but is not an output; expected a tensor declared 'out'",
         [](Operator& op) {
             op.statements[0].destination = {1, {v(1), v(2)}, {}};
         }},
        {"axis 'k' is not on the left: '=' cannot reduce it; expected '+=', '*=', 'max=' or 'min='",
         [](Operator& op) { op.statements[0].update = Update::assign; }},
        {"different iterations may write the same element of 'out'; expected subscripts that name each element once",
         [](Operator& op) {
             op.statements[0].destination.indices = {quotient(v(0), 2), v(2)};
         }},
        {"tensor 'spare' is never read", [](Operator& op) { op.tensors.push_back(tensor("spare", {1})); }},
        {"tensor 'out' is both 'const' and 'out'; outputs are written",
         [](Operator& op) { op.tensors[2].is_constant = true; }},
        {"tensor 'a' is 'accumulate' but not 'out'; only outputs accumulate",
         [](Operator& op) { op.tensors[0].is_accumulated = true; }},
        {"'out' is read by the statement that updates it; expected '=' instead of '+=', or another tensor",
         [](Operator& op) { op.statements[0].value = load(op.statements[0].destination); }},
        {"the operator has no statement, expected at least one", [](Operator& op) { op.statements.clear(); }},
        {"output 'out' is read before any statement writes it; expected an earlier statement, or 'accumulate'",
         [](Operator& op) {
             op.statements[0].update = Update::assign;
             op.statements[0].value = load(op.statements[0].destination);
             op.statements[0].axes = {0, 2};
         }},
    };
    for (const Broken& broken : cases) {
        Operator op = matmul(4, 4, 5);
        broken.damage(op);
        const Result<Done> checked = check(op);
        REQUIRE_MESSAGE(!checked.ok(), broken.message);
        CHECK(checked.error().text() == broken.message);
    }
}

TEST_CASE("destinations that name each element once are recognised") {
    Operator op{.name = "split",
                .parameters = {},
                .tensors = {tensor("in", {24}), tensor("out", {6, 4})},
                .axes = {{"x", 24}, {"y", 4}},
                .statements = {}};
    op.tensors[1].is_output = true;
    const auto accepts = [&](std::vector<Index> destination, std::vector<VarId> axes) {
        op.statements = {{.destination = {1, std::move(destination), {}},
                          .update = Update::assign,
                          .value = load({0, {quotient(v(axes.front()), 1)}, {}}),
                          .axes = axes}};
        return check(op).ok();
    };
    CHECK(accepts({quotient(v(0), 4), remainder(v(0), 4)}, {0}));
    CHECK_FALSE(accepts({quotient(v(0), 4), remainder(v(0), 3)}, {0}));
    CHECK_FALSE(accepts({quotient(v(0), 8), remainder(v(0), 4)}, {0}));
    CHECK(accepts({v(1), v(1)}, {1}));
    CHECK(accepts({0, 3 + v(1) * -1}, {1}));
    op.axes[0].extent = 2;
    CHECK(accepts({v(0) * 2 + remainder(v(1), 2), quotient(v(1), 2)}, {0, 1}));
    CHECK_FALSE(accepts({v(0) + v(1), 0}, {0, 1}));
}

}  // namespace
}  // namespace saku::ir
