// What the notation can say, as the nests it gives.
#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "frontends/built_ins.h"
#include "frontends/notation/instantiate.h"
#include "frontends/notation/parse.h"
#include "ir/operator.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/golden.h"

namespace saku::frontends {
namespace {

ir::Operator must(const std::string& text, const Arguments& arguments = {}) {
    const Result<OpTemplate> parsed = parse_notation(text, "t.saku");
    REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().text()));
    Result<ir::Operator> op = instantiate(*parsed, arguments);
    REQUIRE_MESSAGE(op.ok(), (op.ok() ? "" : op.error().text()));
    CHECK(ir::check(*op).ok());
    const Result<Done> verified = ir::verify(ir::lower(*op));
    CHECK_MESSAGE(verified.ok(), (verified.ok() ? "" : verified.error().text()));
    return *op;
}

TEST_CASE("operators nobody thought of") {
    const char* texts[] = {
        // A reduction over two axes and three tensors.
        "op mttkrp(i, j, k, l) { a: f32[I=i, K=k, L=l] b: f32[K=k, J=j] c: f32[L=l, J=j] out: f32[I=i, J=j] out\n"
        "axes i<i, j<j, k<k, l<l  out[i, j] += a[i, k, l] * b[k, j] * c[l, j] }",
        // Several statements and outputs; unary functions; constants; a parameter as a number.
        "op norm(i, j, k, l) { x: f32[A=i, B=j] s: f32[A=i] out y: f32[A=i, B=j] out axes p<i, q<j\n"
        "s[p] += x[p, q]*x[p, q]   s[p] = sqrt(s[p] / (k*l) + 1e-5)   y[p, q] = x[p, q] * rcp(s[p]) - abs(-2) }",
        // Every other reduction.
        "op reductions(i, j, k, l) { x: f32[A=i, B=j] m: f32[A=i] out n: f32[A=i] out p: f32[A=i] out axes u<i, v<j\n"
        "m[u] max= x[u, v]  n[u] min= neg(x[u, v])  p[u] *= exp(x[u, v]) }",
        // A pool: stride, a pad that is no number of the tensor.
        "op pool(i, j, k, l) { x: f32[H=i] pad -inf  y: f32[H=(i + 1)/2] out axes u<(i + 1)/2, r<3\n"
        "y[u] max= x[2*u + r - 1] }",
        // Quasi-affine subscripts: space to depth, and back.
        "op shuffle(i, j, k, l) { x: f32[A=i, B=12] y: f32[A=i, B=3, C=4] out z: f32[A=i, B=12] out axes u<i, v<12\n"
        "y[u, v/4, v%4] = x[u, v]  z[u, v] = y[u, (v/3)%3, v%3 + v/12*3] }",
        // Views: a transposed one, one with a leading dimension, one in another order; an output that is added to.
        "op views(i, j, k, l) { a: f32[M=i, N=j] layout NM ld i + 3  b: f32[A=i, B=j, C=k] layout CAB const\n"
        "c: f64[M=i, N=j] out accumulate  axes u<i, v<j, w<k  c[u, v] += a[u, v] * b[u, v, w] }",
        // Conditions everywhere.
        "op conditional(i, j, k, l) { when i == 2 and not (j > k or l < 1) { x: f32[A=i] const if j pad 1.5 if k - 1 "
        "}\n"
        "else { y: f32[A=i] } when k > 99 { nonsense[1] = 2 } else when 1 { out: f32[A=i] out layout any if 1 }\n"
        "let m = min(i, max(j, 7)) - i/2%2  axes u<m out[u] = x[u + 1] }",
    };
    std::string printed;
    for (const char* text : texts) {
        const ir::Operator op = must(text, {{"i", 2}, {"j", 3}, {"k", 4}, {"l", 5}});
        printed += ir::print(ir::lower(op)) + "\n";
    }
    CHECK(printed == tests::golden("frontends/notation.txt", printed));
}

TEST_CASE("integers round towards minus infinity, and conditions are 0 or 1") {
    struct Row {
        const char* expression;
        std::int64_t value;
    };
    const Row rows[] = {
        {"7/2", 3},
        {"-7/2", -4},
        {"-(7/2)", -3},
        {"7%4", 3},
        {"-7%4", 1},
        {"2 + 3*4 - 5", 9},
        {"(2 + 3)*4", 20},
        {"2 - 3 - 4", -5},
        {"64/4/2", 8},
        {"- -3", 3},
        {"min(2, -3)", -3},
        {"max(2, -3)", 2},
        {"(1 < 2)", 1},
        {"(2 <= 1)", 0},
        {"(1 == 1) + (1 != 1)", 1},
        {"(2 > 1 and 0 or 1)", 1},
        {"(not 5)", 0},
        {"(not not 5)", 1},
        {"(0 and 1/0)", 0},
        {"(3 or 1/0)", 1},
        {"9223372036854775807 + -1", 9223372036854775806},
        {"(1 or 0 and 0)", 1},
        {"(not 1 == 2)", 1},
        {"1000*n", 3000},
        {"n - -n", 6},
    };
    for (const Row& row : rows) {
        const std::string text = "op f(n=3, v: -9223372036854775807..9223372036854775807 = 0) { require " +
                                 std::string(row.expression) + " == v out: f32[A=1] out out[0] = 1 }";
        CAPTURE(row.expression);
        must(text, {{"v", row.value}});
        const Result<ir::Operator> other = instantiate(*parse_notation(text, "t.saku"), {{"v", row.value - 1}});
        CHECK_FALSE(other.ok());
    }
}

TEST_CASE("words of flags are names where a tensor or statement starts") {
    const ir::Operator op = must(
        "op f() { x: f32[A=2] pad: f32[A=2] const: f32[A=2] const out: f32[A=2] out\n axes i<2 out[i] = x[i] + pad[i] "
        "+ "
        "const[i] }");
    REQUIRE(op.tensors.size() == 4);
    CHECK(op.tensors[1].name == "pad");
    CHECK_FALSE(op.tensors[0].pad.has_value());
    CHECK(op.tensors[2].is_constant);
    CHECK_FALSE(op.tensors[1].is_constant);
    CHECK(op.tensors[3].is_output);
}

TEST_CASE("literals are held in the element type of the tensor that is written") {
    const auto constant = [](const std::string& type, const std::string& value) {
        const ir::Operator op = must("op f() { out: " + type + "[A=1] out out[0] = " + value + " }");
        return std::get<ir::Constant>(op.statements[0].value->node).value;
    };
    CHECK(constant("f64", "0.1") == 0.1);
    CHECK(constant("f32", "0.1") == static_cast<double>(0.1F));
    CHECK(constant("f32", "-2.5e3") == -2500);
    CHECK(constant("f32", "2*3 - 1") == 5);
    CHECK(constant("i8", "-128") == -128);
    CHECK(constant("f32", "-inf") == -std::numeric_limits<double>::infinity());
}

TEST_CASE("an axis hides a parameter of its name, in subscripts only") {
    const ir::Operator op = must("op f(k=4) { a: f32[A=k, B=k] out: f32[A=k] out axes k<k out[k] = a[k, 3 - k] }");
    CHECK(op.axes[0].extent == 4);
    CHECK(op.tensors[0].shape == std::vector<std::int64_t>{4, 4});
    CHECK(op.statements[0].destination.indices[0] == ir::Index::variable(0));
}

TEST_CASE("comments and lines are free, positions count from 1") {
    const Result<OpTemplate> parsed = parse_notation(
        "# First line.\r\n#second\n\n# not the head\nop f() # name\n{ out: f32[A=1] out # flag\n out[0] = 1 }\n# end",
        "x");
    REQUIRE(parsed.ok());
    CHECK(parsed->comment == "First line.\nsecond\n");
    CHECK(parsed->at.line == 5);
    CHECK(instantiate(*parsed, {}).ok());
}

/// A text with a few random changes: bytes replaced, removed, doubled, pieces moved, numbers made extreme.
std::string mutated(std::string text, Random& random) {
    constexpr std::string_view bytes = "()[]{}<>=+-*/%,:.#\" \n0179axkgoNC_\x80";
    constexpr std::string_view words[] = {"when ",
                                          " else ",
                                          "out",
                                          "pad ",
                                          "99999999999999999999",
                                          "4611686018427387904",
                                          "0",
                                          "-1",
                                          "inf",
                                          " if ",
                                          "axes ",
                                          "let ",
                                          "require ",
                                          " and ",
                                          "not ",
                                          "max"};
    for (std::int64_t changes = random.between(1, 4); changes > 0 && !text.empty(); --changes) {
        const auto at = static_cast<std::size_t>(random.below(text.size()));
        const auto length = static_cast<std::size_t>(random.between(1, 12));
        switch (random.below(6)) {
            case 0:
                text[at] = bytes[static_cast<std::size_t>(random.below(bytes.size()))];
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, text.substr(at, length));
                break;
            case 3:
                text.insert(at, words[random.below(std::size(words))]);
                break;
            case 4:
                text.insert(static_cast<std::size_t>(random.below(text.size())), text.substr(at, 4 * length));
                break;
            default:
                text.resize(std::max<std::size_t>(at, text.size() / 2));
                break;
        }
    }
    return text;
}

TEST_CASE("no text crashes, and what is accepted is sound") {
    Random random(20240607);
    int accepted = 0;
    int refused = 0;
    for (const BuiltIn& entry : built_ins()) {
        Arguments arguments;
        for (const ParameterInfo& parameter : entry.parameters) {
            if (!parameter.default_value) arguments.emplace_back(parameter.name, 4);
        }
        for (int round = 0; round < 4000; ++round) {
            const std::string text = mutated(entry.notation, random);
            const Result<OpTemplate> parsed = parse_notation(text, "f");
            if (!parsed) {
                CHECK_FALSE(parsed.error().what.empty());
                CHECK(parsed.error().where.starts_with("f:"));
                ++refused;
                continue;
            }
            const Result<ir::Operator> op = instantiate(*parsed, arguments);
            if (!op) {
                ++refused;
                continue;
            }
            ++accepted;
            const Result<Done> checked = ir::check(*op);
            CHECK_MESSAGE(checked.ok(), text << "\n" << (checked.ok() ? "" : checked.error().text()));
            const Result<Done> verified = ir::verify(ir::lower(*op));
            CHECK_MESSAGE(verified.ok(), text << "\n" << (verified.ok() ? "" : verified.error().text()));
            const std::string printed = ir::print(ir::lower(*op));
            const Result<ir::LoopNest> again = ir::parse(printed, "nest");
            CHECK_MESSAGE(again.ok(), printed << (again.ok() ? "" : again.error().text()));
            if (again.ok()) CHECK(*again == ir::lower(*op));
        }
    }
    CHECK(accepted > 500);
    CHECK(refused > 5000);
}

}  // namespace
}  // namespace saku::frontends
