// Schedules as text and JSON: round trips, and what wrong input is told.
#include "base/random.h"
#include "tests/schedules/support.h"

namespace saku::tests {

using schedules::Schedule;

namespace {

const char* const every_form = R"(split(i, 8, i_o, i_i)
reorder(k)
reorder(k, i_o, i_i)
fuse(y, x, f)
unroll(i_i)
vectorize(j_l)
parallelize(i_o)
accumulate(k, acc)
accumulate(k, acc, transpose)
accumulate(k_t, acc, partial(k_v, k_l))
epilogue(1)
pack(in, y_o, in_p, region)
pack(in, body, in_p, region(0, 2, 1), 16)
pack(b, "", b_p, axes(j_o, k, j_i))
pack(a, i_o, a_p, axes(i_m, k, i_i), 8)
prefetch(b_p, k, 8)
prefetch(b_p, k, 0, 8)
partition(x)
tail(i_i, peel)
tail(j_v, mask)
set_layout(in, 0, 2, 3, 1)
set_layout(in, NCHW16c)
set_layout(in, 0, 1, 2, block(1, 4), 3, block(1, 16))
)";

struct Wrong {
    const char* text;
    const char* message;
};

const Wrong wrong_texts[] = {
    {"split", "s:1:1: expected a step such as split(i, 8, i_o, i_i)"},
    {"8", "s:1:1: expected a step such as split(i, 8, i_o, i_i)"},
    {"splat(i)",
     "s:1:1: found 'splat', expected one of split, reorder, fuse, unroll, vectorize, parallelize, accumulate, "
     "epilogue, pack, prefetch, partition, tail, set_layout"},
    {"split(", "s:1:7: found the end of the text, expected a name, an integer or \"\""},
    {"split(i", "s:1:8: found the end of the text, expected ',' or ')'"},
    {"split(i,", "s:1:9: found the end of the text, expected a name, an integer or \"\""},
    {"split(i 8)", "s:1:9: found '8', expected ',' or ')'"},
    {"split(i, 8, i_o)", "s:1:1: found 3 arguments, expected a name for the new loop"},
    {"split(i, 8, i_o, i_i, x)", "s:1:23: expected no further argument of split"},
    {"split(i, j, i_o, i_i)", "s:1:10: found 'j', expected a factor from 1 to 1099511627776"},
    {"split(i, 0, i_o, i_i)", "s:1:10: found 0, expected a factor from 1 to 1099511627776"},
    {"split(i, -8, i_o, i_i)", "s:1:10: found -8, expected a factor from 1 to 1099511627776"},
    {"split(i, 99999999999999999999, a, b)", "s:1:10: expected an integer that fits 64 bits"},
    {"split(i, -, a, b)", "s:1:11: found ',', expected a digit"},
    {"split(8, 8, a, b)", "s:1:7: found 8, expected a loop's name"},
    {"split(\"i\", 8, a, b)", "s:1:8: found 'i', expected '\"': only the empty string stands in quotes"},
    {"split(\"\", 8, a, b)", "s:1:7: found \"\", expected a loop's name"},
    {"split(f(i), 8, a, b)", "s:1:7: found 'f(...)', expected a loop's name"},
    {"reorder()", "s:1:1: found 0 arguments, expected a loop's name"},
    {"accumulate(k, acc, partial())", "s:1:20: expected at least one loop in partial(...)"},
    {"accumulate(k, acc, partial(4))", "s:1:28: found 4, expected a loop's name"},
    {"accumulate(k, acc, sideways)", "s:1:20: found 'sideways', expected transpose or partial(loops)"},
    {"epilogue(one)", "s:1:10: found 'one', expected a statement's number from 0 to 1048576"},
    {"pack(a, 8, p, region)", "s:1:9: found 8, expected a loop, body or \"\""},
    {"pack(a, i, p)", "s:1:1: found 3 arguments, expected region, region(dimensions) or axes(loops)"},
    {"pack(a, i, p, axes)", "s:1:15: found 'axes', expected region, region(dimensions) or axes(loops)"},
    {"pack(a, i, p, axes())", "s:1:15: expected at least one loop in axes(...)"},
    {"pack(a, i, p, region(x))", "s:1:22: found 'x', expected a dimension from 0 to 63"},
    {"pack(a, i, p, region, 65)", "s:1:23: found 65, expected the lanes of the copy's vector loop from 0 to 64"},
    {"pack(a, i, p, axes(f(g(x))))", "s:1:21: found '(', expected no further parentheses"},
    {"tail(i, cut)", "s:1:9: found 'cut', expected one of peel, mask"},
    {"prefetch(a, i, -1)", "s:1:16: found -1, expected a distance in iterations from 0 to 1099511627776"},
    {"set_layout(a)",
     "s:1:1: found 1 arguments, expected an order such as NHWC, a dimension or block(dimension, positions)"},
    {"set_layout(a, NK, 0)", "s:1:19: expected no further argument of set_layout"},
    {"set_layout(a, -1)", "s:1:15: found -1, expected a dimension from 0 to 63"},
    {"set_layout(a, 0, block)", "s:1:18: found 'block', expected a dimension from 0 to 63"},
    {"set_layout(a, 0, block(0))", "s:1:18: found 'block(...)', expected block(dimension, positions)"},
    {"set_layout(a, 0, cut(0, 4))", "s:1:18: found 'cut(...)', expected block(dimension, positions)"},
    {"set_layout(a, 0, block(0, 1))", "s:1:27: found 1, expected the positions of a block from 2 to 1099511627776"},
    {"unroll(i)\n  unroll(i) # twice\n\nunroll(;)", "s:4:8: found ';', expected a name, an integer or \"\""},
    {"unroll(i)\n\x01", "s:2:1: found byte 1, expected a name, an integer or \"\""},
    {"unroll(\xff)", "s:1:8: found byte 255, expected a name, an integer or \"\""},
};

const Wrong wrong_json[] = {
    {"{}", "s#: found an object, expected an array of 0 to 4096"},
    {"[8]", "s#/0: found 8, expected an object"},
    {"[{}]",
     "s#/0/step: missing, expected one of split, reorder, fuse, unroll, vectorize, parallelize, accumulate, "
     "epilogue, pack, prefetch, partition, tail, set_layout"},
    {R"([{"step": "splat"}])", ""},
    {R"([{"step": "split", "loop": "i", "factor": 0, "outer": "a", "inner": "b"}])",
     "s#/0/factor: found 0, expected an integer of at least 1"},
    {R"([{"step": "split", "loop": "i", "factor": 2, "outer": "a", "inner": "b-c"}])",
     "s#/0/inner: found \"b-c\", expected a name for the new loop"},
    {R"([{"step": "unroll", "loop": "i", "factor": 2}])", "s#/0/factor: unknown key, expected one of loop, step"},
    {R"([{"step": "reorder", "loops": []}])", ""},
    {R"([{"step": "tail", "loop": "i", "kind": "cut"}])", "s#/0/kind: found \"cut\", expected one of peel, mask"},
    {R"([{"step": "pack", "tensor": "a", "at": "x y", "buffer": "p"}])",
     "s#/0/at: found \"x y\", expected a loop, \"body\" or \"\""},
    {R"([{"step": "pack", "tensor": "a", "at": "", "buffer": "p", "axes": ["i"], "order": [0]}])",
     "s#/0/order: unknown key, expected one of at, axes, buffer, step, tensor, vector"},
    {R"([{"step": "set_layout", "tensor": "a", "order": [0, {"dimension": 0}]}])",
     "s#/0/order/1/block: missing, expected an integer of at least 2"},
    {R"([{"step": "set_layout", "tensor": "a", "order": [0, "0/16"]}])",
     "s#/0/order/1: found \"0/16\", expected an integer from 0 to 63"},
    {R"([{"step": "set_layout", "tensor": "a", "order": "N HW"}])",
     "s#/0/order: found \"N HW\", expected an order such as NHWC"},
    {R"([{"step": "set_layout", "tensor": "a", "order": []}])", ""},
    {R"([{"step": "unroll", "loop": "i"})", ""},
    {"", ""},
};

}  // namespace

TEST_CASE("schedules: every form goes to text and JSON and back") {
    const Schedule schedule = schedule_of(every_form);
    CHECK(to_text(schedule) == every_form);
    const std::string json = to_text(schedules::to_json(schedule));
    const Result<Schedule> again = schedules::schedule_from_json(json);
    REQUIRE_MESSAGE(again.ok(), problem(again));
    CHECK(*again == schedule);
    CHECK(json == golden("schedules/every_form.json", json));
}

TEST_CASE("schedules: blanks, comments and lines do not matter") {
    const Schedule schedule = schedule_of("# tile\r\n\tsplit( i,8 , i_o,i_i )unroll(i_i) # the rest\n#end");
    CHECK(to_text(schedule) == "split(i, 8, i_o, i_i)\nunroll(i_i)\n");
    CHECK(schedule_of("").steps.empty());
    CHECK(schedule_of("  \n# nothing\n").steps.empty());
}

TEST_CASE("schedules: wrong texts say where and what was expected") {
    for (const Wrong& wrong : wrong_texts) {
        const Result<Schedule> schedule = schedules::schedule_from_text(wrong.text, "s");
        CHECK_MESSAGE(!schedule.ok(), std::string(wrong.text));
        CHECK(problem(schedule) == wrong.message);
    }
    CHECK(problem(schedules::schedule_from_text(std::string((1 << 20) + 1, ' '), "s")) ==
          "s: found 1048577 bytes, expected at most 1 MiB of schedule");
    std::string many;
    for (int i = 0; i < 4097; ++i) many += "unroll(i)\n";
    CHECK(problem(schedules::schedule_from_text(many, "s")) == "s:4097:1: found 'u', expected at most 4096 steps");
    CHECK(
        problem(schedules::schedule_from_text("unroll(" + std::string(100000, 'i') + ")", "s")).starts_with("s:1:8: "));
    CHECK(problem(schedules::schedule_from_text(std::string(100000, '('), "s")).starts_with("s:1:1: found '('"));
}

TEST_CASE("schedules: wrong JSON says where and what was expected") {
    for (const Wrong& wrong : wrong_json) {
        const Result<Schedule> schedule = schedules::schedule_from_json(wrong.text, "s");
        CHECK_MESSAGE(!schedule.ok(), std::string(wrong.text));
        if (*wrong.message != '\0') CHECK(problem(schedule) == wrong.message);
    }
    CHECK_FALSE(schedules::schedule_from_json(std::string(100000, '['), "s").ok());
}

TEST_CASE("schedules: garbled texts never crash") {
    const std::string original = every_form;
    Random random(7);
    int accepted = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string text = original;
        for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
            const std::size_t at = random.below(text.size());
            const char other =
                random.below(3) == 0 ? static_cast<char>(random.below(256)) : text[random.below(text.size())];
            if (random.below(3) == 0) {
                text.erase(at, 1 + random.below(8));
            } else {
                text[at] = other;
            }
            if (text.empty()) text = "x";
        }
        const Result<Schedule> schedule = schedules::schedule_from_text(text);
        if (!schedule) continue;
        ++accepted;
        const Result<Schedule> again = schedules::schedule_from_text(to_text(*schedule));
        REQUIRE(again.ok());
        CHECK(*again == *schedule);
        (void)schedules::apply(plain_nest("matmul:m=4,n=4,k=4"), *schedule);
    }
    CHECK(accepted > 100);
}

}  // namespace saku::tests
