// Everything that is refused, with its exact message.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "frontends/built_ins.h"
#include "frontends/notation/arguments.h"
#include "frontends/notation/instantiate.h"
#include "frontends/notation/parse.h"
#include "frontends/operator_from.h"

namespace saku::frontends {
namespace {

std::string outcome(const std::string& text, const Arguments& arguments = {}) {
    const Result<OpTemplate> parsed = parse_notation(text, "t.saku");
    if (!parsed) return parsed.error().text();
    const Result<ir::Operator> op = instantiate(*parsed, arguments);
    return op ? "accepted" : op.error().text();
}

struct Refusal {
    std::string text;
    std::string message;
};

void check_all(const std::vector<Refusal>& cases, const Arguments& arguments = {}) {
    for (const Refusal& entry : cases) {
        CAPTURE(entry.text);
        CHECK(outcome(entry.text, arguments) == entry.message);
    }
}

TEST_CASE("a text that is no operator") {
    check_all({
        {"", "t.saku:1:1: expected 'op', found the end of the text"},
        {"# only a comment", "t.saku:1:17: expected 'op', found the end of the text"},
        {"matmul", "t.saku:1:1: expected 'op', found 'matmul'"},
        {"op", "t.saku:1:3: expected the operator's name, found the end of the text"},
        {"op 3", "t.saku:1:4: expected the operator's name, found '3'"},
        {"op let", "t.saku:1:4: expected the operator's name, found the keyword 'let'"},
        {"op f", "t.saku:1:5: expected '(', found the end of the text"},
        {"op f(", "t.saku:1:6: expected a parameter's name, found the end of the text"},
        {"op f()", "t.saku:1:7: expected '{', found the end of the text"},
        {"op f() {",
         "t.saku:1:9: expected 'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a statement, "
         "or '}', found the end of the text"},
        {"op f() {}", "t.saku:1:1: the operator has no statement, expected at least one"},
        {"op f() {}\n op g() {}", "t.saku:2:2: expected the end of the text: one operator a file, found 'op'"},
        {"op f() { ; }", "t.saku:1:10: expected a name, a number or a symbol, found ';'"},
        {std::string("op f\0", 5), "t.saku:1:5: expected a name, a number or a symbol, found the byte 0x00"},
        {"op \xff", "t.saku:1:4: expected a name, a number or a symbol, found the byte 0xff"},
        {"op f() { \x7f }", "t.saku:1:10: expected a name, a number or a symbol, found the byte 0x7f"},
        {"op f(n) {\r\n\tlet x = 3abc }", "t.saku:2:10: expected a number, found '3abc'"},
        {"op f(n) { let x = 99999999999999999999 }",
         "t.saku:1:19: the number 99999999999999999999 does not fit 64 bits"},
        {"op f(n) { a: f32[N=n] pad 1e999 }", "t.saku:1:27: the number 1e999 does not fit a double"},
        {"op f(n) { require n > 1 \"no end", "t.saku:1:25: expected a closing '\"', found the end of the text"},
        {"op f(n) { require n > 1 \"no\nend\" }",
         "t.saku:1:25: expected a closing '\"' on the same line, found the byte 0x0a"},
        {"op " + std::string(65, 'a'), "t.saku:1:4: expected a name of at most 64 characters, found one of 65"},
        {"op f() {" + std::string(std::size_t{1} << 20, ' '),
         "t.saku: the text has 1048584 bytes, expected at most 1 MiB"},
    });
}

TEST_CASE("parameters") {
    check_all({
        {"op f(n m)", "t.saku:1:8: expected ',' or ')', found 'm'"},
        {"op f(n, n) {}", "t.saku:1:9: parameter 'n' is declared twice"},
        {"op f(max) {}", "t.saku:1:6: expected a parameter's name, found the keyword 'max'"},
        {"op f(n=x) {}", "t.saku:1:8: expected an integer, found 'x'"},
        {"op f(n=1.5) {}", "t.saku:1:8: expected an integer, found '1.5'"},
        {"op f(n: 3..2) {}", "t.saku:1:6: the range of 'n' is empty: 3..2"},
        {"op f(n: 1..2 = 3) {}", "t.saku:1:16: the default of 'n' lies outside its range"},
        {"op f(n: 1) {}", "t.saku:1:10: expected '..', found ')'"},
        {"op f(n=2000000000000) {}", "t.saku:1:8: the default of 'n' lies outside its range"},
    });
    const std::string op = "op f(n, t: 0..1 = 0, p=0, q: -2..2 = 1) { a: f32[N=n] out axes i<n a[i] = 1 }";
    const auto with = [&](const Arguments& arguments) { return outcome(op, arguments); };
    CHECK(with({{"n", 3}}) == "accepted");
    CHECK(with({{"n", 3}, {"q", -2}, {"t", 1}}) == "accepted");
    CHECK(with({}) == "parameter 'n' of 'f' is missing, expected n, t=0, p=0, q=1");
    CHECK(with({{"n", 0}}) == "parameter 'n' is 0, expected at least 1");
    CHECK(with({{"n", -7}}) == "parameter 'n' is -7, expected at least 1");
    CHECK(with({{"n", INT64_MAX}}) == "parameter 'n' is 9223372036854775807, expected at most 2^40");
    CHECK(with({{"n", 3}, {"t", 2}}) == "parameter 't' is 2, expected 0 to 1");
    CHECK(with({{"n", 3}, {"p", -1}}) == "parameter 'p' is -1, expected at least 0");
    CHECK(with({{"n", 3}, {"q", INT64_MIN}}) == "parameter 'q' is -9223372036854775808, expected -2 to 2");
    CHECK(with({{"n", 3}, {"n", 3}}) == "parameter 'n' is given twice, expected once");
    CHECK(with({{"m", 3}}) == "unknown parameter 'm' of 'f', expected n, t=0, p=0, q=1");
    CHECK(outcome("op f() {}", {{"m", 3}}) == "unknown parameter 'm' of 'f', expected none");
}

/// An operator around `items`: n is 6, m is 4; `a` and `out` are n x m.
std::string around(const std::string& items) {
    return "op f(n=6, m=4) { a: f32[N=n, M=m] b: f32[N=n] out: f32[N=n, M=m] out axes i<n, j<m\n" + items + " }";
}

TEST_CASE("integers, names and requirements") {
    const std::vector<Refusal> cases = {
        {"let x = y", "t.saku:2:9: unknown name 'y', expected a parameter or a let"},
        {"let x = i", "t.saku:2:9: unknown name 'i', expected a parameter or a let"},
        {"let x = 1 let x = 2", "t.saku:2:15: 'x' already has a value, expected a new name"},
        {"let n = 1", "t.saku:2:5: 'n' already has a value, expected a new name"},
        {"let x = 1/0", "t.saku:2:10: '/' by 0, expected at least 1"},
        {"let x = 7%(n - 9)", "t.saku:2:10: '%' by -3, expected at least 1"},
        {"let x = 9223372036854775807 + n", "t.saku:2:29: the expression overflows 64 bits: n = 6"},
        {"let x = (0 - 9223372036854775807) - n", "t.saku:2:35: the expression overflows 64 bits: n = 6"},
        {"let x = 4611686018427387904 * n * m", "t.saku:2:29: the expression overflows 64 bits: n = 6"},
        {"let x = -(-9223372036854775807 - 1)", "t.saku:2:9: the expression overflows 64 bits"},
        {"let x = ", "t.saku:2:10: expected an integer, a name or '(', found '}'"},
        {"let x = (1", "t.saku:2:12: expected ')', found '}'"},
        {"let x = min(1)", "t.saku:2:14: expected ',', found ')'"},
        {"let x = 1.5", "t.saku:2:9: expected an integer, a name or '(', found '1.5'"},
        {"let 3 = 1", "t.saku:2:5: expected a name, found '3'"},
        {"require n < m", "t.saku:2:1: expected n < m, found n = 6, m = 4"},
        {"require n % (m + 1) == 0 and not n == n",
         "t.saku:2:1: expected n % (m + 1) == 0 and not n == n, found n = 6, m = 4"},
        {"require 1 > 2", "t.saku:2:1: expected 1 > 2"},
        {"require n < m \"n = {n} and m + 1 = {m + 1}: too much\"", "t.saku:2:1: n = 6 and m + 1 = 5: too much"},
        {"require n < m \"{n\"", "t.saku:2:15: expected '}' after '{' in the message"},
        {"require n < m \"a {n n}\"", "t.saku:2:21: expected '}', found 'n'"},
        {"require n < m \"a {}\"", "t.saku:2:19: expected an integer, a name or '(', found the end of the text"},
        {"require n < m < 9", "t.saku:2:15: expected 'and' or 'or' between two comparisons, found '<'"},
        {"require", "t.saku:2:9: expected an integer, a name or '(', found '}'"},
        {"when n {",
         "t.saku:2:11: expected 'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a statement, "
         "or '}', found the end of the text"},
        {"when n let", "t.saku:2:8: expected '{', found 'let'"},
        {"when n / 0 { }", "t.saku:2:8: '/' by 0, expected at least 1"},
        {"else { }",
         "t.saku:2:1: expected 'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a statement, or "
         "'}', found 'else'"},
    };
    for (const Refusal& entry : cases) {
        CAPTURE(entry.text);
        CHECK(outcome(around(entry.text)) == entry.message);
    }
}

TEST_CASE("tensors and axes") {
    const std::vector<Refusal> cases = {
        {"a: f32[N=n]", "t.saku:2:1: tensor 'a' is declared twice"},
        {"c: f31[N=n]", "t.saku:2:4: expected an element type (f32, f64, bf16, i8, u8, i32, i64), found 'f31'"},
        {"c: f32", "t.saku:2:8: expected '[', found '}'"},
        {"c: f32[]", "t.saku:2:8: expected a dimension such as N=n, found ']'"},
        {"c: f32[n]", "t.saku:2:9: expected '=', found ']'"},
        {"c: f32[NN=n]", "t.saku:2:8: expected a dimension named by one letter, found 'NN'"},
        {"c: f32[N=n, N=m]", "t.saku:2:13: 'c' has two dimensions N, expected one"},
        {"c: f32[N=n", "t.saku:2:12: expected ',' or ']', found '}'"},
        {"c: f32[N=n-6]", "t.saku:2:8: dimension N of 'c' is 0, expected at least 1"},
        {"c: f32[N=m-n]", "t.saku:2:8: dimension N of 'c' is -2, expected at least 1"},
        {"c: f64[N=137438953473]", "t.saku:2:1: tensor 'c' of 137438953473 f64 elements has more than 2^40 bytes"},
        {"c: f32[A=1073741824, B=1073741824, C=1073741824]",
         "t.saku:2:1: tensor 'c' of 1073741824 x 1073741824 x 1073741824 f32 elements has more than 2^40 bytes"},
        {"c: f32[A=2, B=2] ld 1099511627776",
         "t.saku:2:1: tensor 'c' of 2 x 2 f32 elements with its gaps has more than 2^40 bytes"},
        {"c: f32[A=2, B=2, C=3] ld 9223372036854775807",
         "t.saku:2:1: tensor 'c' of 2 x 2 x 3 f32 elements with its gaps has more than 2^40 bytes"},
        {"c: f32[A=2, B=8] ld 7", "t.saku:2:18: the leading dimension of 'c' is 7, expected at least its row of 8"},
        {"c: f32[A=8, B=2] layout BA ld 7",
         "t.saku:2:28: the leading dimension of 'c' is 7, expected at least its row of 8"},
        {"c: f32[A=2] ld 7", "t.saku:2:13: 'c' has one dimension, expected at least two for 'ld'"},
        {"c: f32[A=2, B=8] stride B", "t.saku:2:27: expected an integer, a name or '(', found '}'"},
        {"c: f32[A=2, B=8] stride AB 4", "t.saku:2:25: expected a dimension named by one letter, found 'AB'"},
        {"c: f32[A=2, B=8] stride C 4", "t.saku:2:18: 'c' has no dimension C to give a stride"},
        {"c: f32[A=2, B=8] stride A 9 stride A 9", "t.saku:2:29: 'c' has this flag twice, expected once"},
        {"c: f32[A=2, B=8] stride A 9 ld 9", "t.saku:2:29: dimension A of 'c' is given two strides, expected one"},
        {"c: f32[A=2, B=8] stride A 7",
         "t.saku:2:1: elements of the view 'c' overlap: a stride of 7 steps inside 8 elements, expected at least as "
         "many"},
        {"c: f32[A=2, B=8] stride A 0", "t.saku:2:1: the stride of dimension A of 'c' is 0, expected at least 1"},
        {"c: f32[A=2, B=8] layout AC",
         "t.saku:2:18: layout 'AC' of 'c', expected 'any' or the letters AB in some order"},
        {"c: f32[A=2, B=8] layout A", "t.saku:2:18: layout 'A' of 'c', expected 'any' or the letters AB in some order"},
        {"c: f32[A=2, B=8] layout AB4",
         "t.saku:2:18: layout 'AB4' of 'c', expected 'any' or the letters AB in some "
         "order, with or without blocks such as 16b"},
        {"c: f32[A=2, B=8] layout AB4b const",
         "t.saku:2:18: layout 'AB4b' of the constant 'c', expected no blocks: constants are packed as the schedule "
         "likes"},
        {"c: f32[A=2] layout 3", "t.saku:2:20: expected 'any' or the dimensions' letters, outermost first, found '3'"},
        {"c: f32[A=2] pad x", "t.saku:2:17: expected a number, found 'x'"},
        {"c: f32[A=2] pad 1e39", "t.saku:2:13: the number 1e+39 does not fit f32"},
        {"c: i8[A=2] pad 128", "t.saku:2:12: the number 128 does not fit i8"},
        {"c: u8[A=2] pad -1", "t.saku:2:12: the number -1 does not fit u8"},
        {"c: i32[A=2] pad 0.5", "t.saku:2:13: the number 0.5 does not fit i32"},
        {"c: i32[A=2] pad inf", "t.saku:2:13: the number inf does not fit i32"},
        {"c: f32[A=2] pad 0 pad 1", "t.saku:2:19: 'c' has this flag twice, expected once"},
        {"c: f32[A=2] const out", "t.saku:2:1: tensor 'c' is both 'const' and 'out'; outputs are written"},
        {"c: f32[A=2] accumulate", "t.saku:2:1: tensor 'c' is 'accumulate' but not 'out'; only outputs accumulate"},
        {"c: f32[A=2] const if", "t.saku:2:22: expected an integer, a name or '(', found '}'"},
        {"c: f32[A=2] vector",
         "t.saku:2:13: expected 'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a "
         "statement, or '}', found 'vector'"},
        {"max: f32[A=2]", "t.saku:2:1: expected a tensor's name, found the keyword 'max'"},
        {"axes i<2", "t.saku:2:6: axis 'i' is declared twice"},
        {"axes c<n-6", "t.saku:2:6: axis 'c' runs to 0, expected 1 to 2^40 iterations"},
        {"axes c<n*1099511627776", "t.saku:2:6: axis 'c' runs to 6597069766656, expected 1 to 2^40 iterations"},
        {"axes c<i", "t.saku:2:8: unknown name 'i', expected a parameter or a let"},
        {"axes c", "t.saku:2:8: expected '<', found '}'"},
        {"axes floor<n", "t.saku:2:6: expected an axis' name, found the keyword 'floor'"},
    };
    for (const Refusal& entry : cases) {
        CAPTURE(entry.text);
        CHECK(outcome(around(entry.text)) == entry.message);
    }
}

TEST_CASE("statements") {
    const std::vector<Refusal> cases = {
        {"out[i, j] = 1", "t.saku:1:1: tensor 'a' is never read"},
        {"out[i, j] = a[i, j] axes z<3 out[i, j] = b[i]", "t.saku:2:26: axis 'z' is used by no statement"},
        {"c: f32[N=n] out out[i, j] = a[i, j] + b[i]", "t.saku:1:1: tensor 'c' is never written"},
        {"out[i, j] + 1", "t.saku:2:11: expected '=', '+=', '*=', 'max=' or 'min=', found '+'"},
        {"out[i, j] -= 1", "t.saku:2:11: expected '=', '+=', '*=', 'max=' or 'min=', found '-='"},
        {"out[i, j", "t.saku:2:10: expected ',' or ']', found '}'"},
        {"out[] = 1", "t.saku:2:5: expected an integer, a name or '(', found ']'"},
        {"out[i] = 1", "t.saku:2:1: 'out' takes 2 subscripts, one for each dimension, found 1"},
        {"zout[i] = 1", "t.saku:2:1: unknown tensor 'zout', expected one declared above"},
        {"out[i, j] = z[i]", "t.saku:2:13: unknown tensor 'z', expected one declared above"},
        {"a[i, j] = 1", "t.saku:2:1: 'a' is written, but is not an output; expected a tensor declared 'out'"},
        {"out[i, q] = 1", "t.saku:2:8: unknown name 'q', expected a parameter, a let or an axis"},
        {"out[i, j] = q", "t.saku:2:13: unknown name 'q', expected a parameter, a let or a tensor's element"},
        {"out[i, j] = i", "t.saku:2:13: axis 'i' cannot be used as a value, only in subscripts"},
        {"out[i, j] = a[i, j + 1]",
         "t.saku:2:13: subscript M of 'a' runs from 1 to 4, expected 0 to 3 (only tensors with "
         "'pad' may be read outside)"},
        {"out[i, j - 1] = 1", "t.saku:2:1: subscript M of 'out' runs from -1 to 2, expected 0 to 3"},
        {"out[i, j] = a[i*j, j]", "t.saku:2:16: two axes cannot be multiplied; expected an axis times a constant"},
        {"out[i, j] = a[i/j, j]", "t.saku:2:16: '/' by an axis; expected a constant"},
        {"out[i, j] = a[i%0, j]", "t.saku:2:16: '%' by 0, expected at least 1"},
        {"out[i, j] = a[i/(-2), j]", "t.saku:2:16: '/' by -2, expected at least 1"},
        {"out[i, j] = a[(i < 3), j]",
         "t.saku:2:18: axes cannot be compared; expected sums of axes times constants, '/' and '%'"},
        {"out[i, j] = a[min(i, 3), j]",
         "t.saku:2:15: axes cannot be compared; expected sums of axes times constants, '/' and '%'"},
        {"out[i, j] = a[(not i), j]", "t.saku:2:16: 'not' cannot be applied to an axis"},
        {"out[i, j] = a[i*4503599627370496, j]",
         "t.saku:2:16: a factor of an axis, or a number added to one, exceeds 2^48"},
        {"out[i, j] = a[i*281474976710656*281474976710656, j]",
         "t.saku:2:32: a factor of an axis, or a number added to one, exceeds 2^48"},
        {"out[i, j] = a[i + 9223372036854775807, j]",
         "t.saku:2:17: a factor of an axis, or a number added to one, exceeds 2^48"},
        {"out[i, j] = a[i/2199023255552, j]", "t.saku:2:16: '/' by more than 2^40 in a subscript"},
        {"out[i, j] = a[i/1099511627776/1099511627776, j]", "t.saku:2:30: '/' by more than 2^40 in a subscript"},
        {"out[i, j] = a[(((((((i/3+j)/3+j)/3+j)/3+j)/3+j)/3+j)/3), j]",
         "t.saku:2:53: more than six '/' and '%' inside one another in a subscript"},
        {"out[i, 0] = a[i, j]",
         "t.saku:2:1: axis 'j' is not on the left: '=' cannot reduce it; expected '+=', '*=', 'max=' or 'min='"},
        {"out[i/2, j] += a[i, j]",
         "t.saku:2:1: different iterations may write the same element of 'out'; expected "
         "subscripts that name each element once"},
        {"out[i, j] = a[i, j] out[(i + j)%3, 0] = 1",
         "t.saku:2:21: different iterations may write the same element of 'out'; expected subscripts that name each "
         "element once"},
        {"out[i, j] = out[i, j] + 1",
         "t.saku:2:1: output 'out' is read before any statement writes it; expected an earlier statement, or "
         "'accumulate'"},
        {"out[i, j] = a[i, j] out[i, j] += out[i, j]",
         "t.saku:2:21: 'out' is read by the statement that updates it; expected '=' instead of '+=', or another "
         "tensor"},
        {"out[i, j] = a[i, j] out[i, j] = out[5 - i, j]",
         "t.saku:2:21: 'out' is read at other subscripts than the statement writes it at"},
        {"out[i, j] = tanh(a[i, j])",
         "t.saku:2:13: expected one of the functions neg, abs, sqrt, exp, rcp, max, min, index, found 'tanh'"},
        {"out[i, j] = max(a[i, j])", "t.saku:2:24: expected ',', found ')'"},
        {"out[i, j] = exp(a[i, j], 1)", "t.saku:2:24: expected ')', found ','"},
        {"out[i, j] = (a[i, j]", "t.saku:2:22: expected ')', found '}'"},
        {"out[i, j] = ", "t.saku:2:14: expected a number, a tensor's element or '(', found '}'"},
        {"out[i, j] = a[i, j] * for", "t.saku:2:23: expected a number, a tensor's element or '(', found 'for'"},
        {"out[i, j] = 1e300", "t.saku:2:13: the number 1e+300 does not fit f32"},
        {"out[i, j] = 1e-60", "t.saku:2:13: the number 1e-60 does not fit f32"},
        {"out[i, j] = a[i, 0] * (1e30 * 1e30)", "t.saku:2:29: the number 1.0000000300949327e+60 does not fit f32"},
    };
    for (const Refusal& entry : cases) {
        CAPTURE(entry.text);
        CHECK(outcome(around(entry.text)) == entry.message);
    }
    CHECK(outcome("op f() { a: f32[A=1] out: f32[A=1] out axes p<1099511627776, q<1099511627776\n"
                  "out[0] += a[(p + q)*0] + a[p/1099511627776] + a[q/1099511627776] }") ==
          "t.saku:2:1: the statement has more than 2^62 iterations");
}

TEST_CASE("limits of size and depth") {
    const auto repeat = [](const std::string& piece, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += piece;
        return text;
    };
    CHECK(outcome(around("let x = " + repeat("(", 100'000))) ==
          "t.saku:2:73: the expression is nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around("let x = " + repeat("-", 100'000) + "1")) ==
          "t.saku:2:73: the expression is nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around("require " + repeat("not ", 100'000) + "1")) ==
          "t.saku:2:269: the expression is nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around("let x = 1" + repeat("+1", 100'000))) ==
          "t.saku:2:523: the expression has more than 256 operations, expected fewer");
    CHECK(outcome(around("out[i, j] = 1" + repeat("+a[i, j]", 50'000))) ==
          "t.saku:2:2063: the expression has more than 256 operations, expected fewer");
    CHECK(outcome(around("out[i, j] = " + repeat("(", 100'000))) ==
          "t.saku:2:77: the expression is nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around("out[i, j] = " + repeat("exp(", 100'000))) ==
          "t.saku:2:269: the expression is nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around(repeat("when 1 {", 100'000))) ==
          "t.saku:2:513: blocks are nested deeper than 64 levels, expected fewer");
    CHECK(outcome(around("when 1 {}" + repeat("else when 1 {}", 50'000))) ==
          "t.saku:2:897: blocks are nested deeper than 64 levels, expected fewer");
    std::string many = "op f(";
    for (int i = 0; i < 100'000; ++i) many += "p" + std::to_string(i) + "=1,";
    CHECK(outcome(many) == "t.saku:1:380: the operator has more than 64 parameters");
    many = "op f() {";
    for (int i = 0; i < 65; ++i) many += " t" + std::to_string(i) + ": f32[A=1]";
    CHECK(outcome(many + "}") == "t.saku:1:896: the operator has more than 64 tensors");
    many = "op f() {";
    for (int i = 0; i < 65; ++i) many += " axes t" + std::to_string(i) + "<2";
    CHECK(outcome(many + "}") == "t.saku:1:709: the operator has more than 64 axes");
    CHECK(outcome(around(repeat("out[i, j] = 1\n", 65))) == "t.saku:66:1: the operator has more than 64 statements");
}

TEST_CASE("subscripts as numbers") {
    const auto op = [](const std::string& value) {
        return "op f(n) { out: f32[N=n] out axes i<n, j<n out[i] " + value + " }";
    };
    const Arguments n{{"n", std::int64_t{3}}};
    CHECK(outcome(op("+= index(2*i - j%2 + n)"), n) == "accepted");
    CHECK(outcome(op("+= index(i*j)"), n) ==
          "t.saku:1:60: two axes cannot be multiplied; expected an axis times a constant");
    CHECK(outcome(op("+= index(i, j)"), n) == "t.saku:1:60: expected ')', found ','");
    CHECK(outcome(op("= index(j)"), n) ==
          "t.saku:1:43: axis 'j' is not on the left: '=' cannot reduce it; expected '+=', '*=', 'max=' or 'min='");
    CHECK(outcome(op("+= index(k)"), n) == "t.saku:1:59: unknown name 'k', expected a parameter, a let or an axis");
}

TEST_CASE("real parameters are for values and comparisons") {
    const auto op = [](const std::string& parameter, const std::string& item) {
        return "op f(n, " + parameter + ") { " + item + " out: f32[N=n] out axes i<n out[i] = z }";
    };
    const Arguments n{{"n", std::int64_t{3}}};
    CHECK(outcome(op("z: real = 0.5", "require z < 1 and z >= 0 and -z != z and 0 != z"), n) == "accepted");
    CHECK(outcome(op("z: real = -inf", "require z > 0"), n) == "t.saku:1:27: expected z > 0, found z = -inf");
    CHECK(outcome(op("z: real", ""), n) == "parameter 'z' of 'f' is missing, expected n, z");
    CHECK(outcome(op("z: real = 1", "let y = z + 1"), n) ==
          "t.saku:1:32: 'z' is a real number, which can only be compared here");
    CHECK(outcome(op("z: real = 1", "let z = 1"), n) == "t.saku:1:28: 'z' already has a value, expected a new name");
    CHECK(outcome(op("z: real = 1e39", ""), n) == "t.saku:1:64: the number 1e+39 does not fit f32");
    CHECK(outcome(op("z: real = x", ""), n) == "t.saku:1:19: expected a number, found 'x'");
    CHECK(outcome(op("z: real 1", ""), n) == "t.saku:1:17: expected ',' or ')', found '1'");
}

}  // namespace
}  // namespace saku::frontends
