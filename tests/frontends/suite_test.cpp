#include "frontends/suite.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "frontends/operator_from.h"

namespace saku::frontends {
namespace {

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("saku_suite_" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
        return (path / name).string();
    }
};

TEST_CASE("the suites that come with saku are sound") {
    const std::vector<std::string> names = suite_names();
    CHECK(names == std::vector<std::string>{"bert_base", "dlrm", "mobilenet_v1", "mobilenet_v2", "resnet50"});
    for (const std::string& name : names) {
        const auto work = work_from(name);
        REQUIRE_MESSAGE(work.ok(), name << ": " << (work.ok() ? "" : work.error().text()));
        CHECK(work->is_suite);
    }
}

TEST_CASE("suites hold as much arithmetic as their papers say") {
    // Multiply-adds of one image: 3.8e9 and 569e6 and 300e6 in the papers' tables (which leave out pools and the like).
    struct Known {
        std::string name;
        double multiply_adds;
    };
    for (const Known& known : {Known{"resnet50", 4.09e9}, Known{"mobilenet_v1", 569e6}, Known{"mobilenet_v2", 300e6}}) {
        const auto work = work_from(known.name);
        REQUIRE(work.ok());
        double flops = 0;
        for (const Task& task : work->tasks) flops += static_cast<double>(task.count) * ir::flops(task.op);
        CHECK_MESSAGE(flops / 2 == doctest::Approx(known.multiply_adds).epsilon(0.02), known.name);
    }
}

TEST_CASE("files: entries as texts or objects, paths relative to the suite") {
    const Folder folder;
    folder.write("own.saku", "op twice(n) { in: f32[N=n] out: f32[N=n] out axes i<n out[i] = in[i] + in[i] }");
    const std::string file = folder.write(
        "suite.json",
        R"({"schema": 1, "kind": "suite", "operators": ["own.saku:n=8", {"op": "matmul:m=2,n=3,k=4", "count": 5}]})");
    const auto work = work_from(file);
    REQUIRE_MESSAGE(work.ok(), (work.ok() ? "" : work.error().text()));
    REQUIRE(work->tasks.size() == 2);
    CHECK(work->tasks[0].count == 1);
    CHECK(work->tasks[0].op.name == "twice");
    CHECK(work->tasks[1].count == 5);
    CHECK_FALSE(work_from("matmul:m=2,n=3,k=4")->is_suite);
}

TEST_CASE("an operator that is listed twice is one task; two files with the same operator's name are not") {
    const Folder folder;
    const auto own = [](const std::string& value) {
        return "op own(n) { in: f32[N=n] out: f32[N=n] out axes i<n out[i] = " + value + " }";
    };
    folder.write("a.saku", own("in[i] + in[i]"));
    folder.write("b.saku", own("in[i] * in[i]"));
    const std::string file = folder.write("suite.json",
                                          R"({"schema": 1, "kind": "suite", "operators": [
        "relu:n=8", "a.saku:n=8", {"op": "relu:n=8", "count": 5}, "b.saku:n=8", "a.saku:n=8", "a.saku:n=9"]})");
    const auto work = work_from(file);
    REQUIRE_MESSAGE(work.ok(), (work.ok() ? "" : work.error().text()));
    std::vector<std::pair<std::string, std::int64_t>> tasks;
    for (const Task& task : work->tasks)
        tasks.emplace_back(std::filesystem::path(task.text).filename().string(), task.count);
    CHECK(tasks == std::vector<std::pair<std::string, std::int64_t>>{
                       {"relu:n=8", 6}, {"a.saku:n=8", 2}, {"b.saku:n=8", 1}, {"a.saku:n=9", 1}});
}

std::vector<std::string> texts_of(const Work& work) {
    std::vector<std::string> texts;
    for (const Task& task : work.tasks) texts.push_back(ir::shorthand(task.op));
    return texts;
}

TEST_CASE("options behind a suite go to the operators that have them and leave them open") {
    const Folder folder;
    folder.write("op.json", R"({"schema": 1, "kind": "operator", "operator": "relu", "parameters": {"n": 5}})");
    folder.write("own.saku", "op twice(n, by=2) { in: f32[N=n] out: f32[N=n] out axes i<n out[i] = in[i] * by }");
    const std::string file = folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators": [
        "conv2d:c=4,h=8,w=8,k=4,r=3,s=3", "conv2d:n=2,c=4,h=8,w=8,k=4,r=1,s=1,layout=NHWC", "matmul:m=2,n=3,k=4",
        "max_pool2d:c=4,h=8,w=8,r=2,s=2", "op.json", "own.saku:n=7"]})");
    struct Case {
        std::string options;
        std::vector<std::string> texts;
    };
    const std::string conv = "conv2d:c=4,h=8,w=8,k=4,r=3,s=3";
    const std::string other = "conv2d:n=2,c=4,h=8,w=8,k=4,r=1,s=1";
    const std::string pool = "max_pool2d:c=4,h=8,w=8,r=2,s=2";
    const std::vector<Case> cases{
        {"", {conv, other + ",layout=NHWC", "matmul:m=2,n=3,k=4", pool, "relu:n=5", "twice:n=7"}},
        {":layout=any",
         {conv + ",layout=any", other + ",layout=NHWC", "matmul:m=2,n=3,k=4", pool + ",layout=any", "relu:n=5",
          "twice:n=7"}},
        {":relu=1,by=3,m=4",
         {conv + ",relu=1", other + ",relu=1,layout=NHWC", "matmul:m=2,n=3,k=4,relu=1", pool, "relu:m=4,n=5",
          "twice:n=7,by=3"}},
        {":n=2,layout=NCHW8c",
         {"conv2d:n=2,c=4,h=8,w=8,k=4,r=3,s=3,layout=NCHW8c", other + ",layout=NHWC", "matmul:m=2,n=3,k=4",
          "max_pool2d:n=2,c=4,h=8,w=8,r=2,s=2,layout=NCHW8c", "relu:n=5", "twice:n=7"}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.options);
        const auto work = work_from(file + one.options);
        REQUIRE_MESSAGE(work.ok(), (work.ok() ? "" : work.error().text()));
        CHECK(work->file == file);
        CHECK(texts_of(*work) == one.texts);
        // Each text is what stands for its operator alone.
        for (const Task& task : work->tasks) {
            const auto alone = operator_from(task.text);
            REQUIRE(alone.ok());
            CHECK(ir::shorthand(*alone) == ir::shorthand(task.op));
        }
    }
}

TEST_CASE("suites have parameters") {
    const auto batched = work_from("resnet50:batch=8,layout=any");
    REQUIRE_MESSAGE(batched.ok(), (batched.ok() ? "" : batched.error().text()));
    CHECK(batched->file.empty());
    CHECK(texts_of(*batched).front() == "conv2d:n=8,c=3,h=224,w=224,k=64,r=7,s=7,stride=2,pad=3,layout=any");
    CHECK(texts_of(*batched).back() == "matmul:m=8,n=1000,k=2048");
    const Folder folder;
    const std::string file = folder.write("suite.json", R"({"schema": 1, "kind": "suite",
        "parameters": {"batch": 2, "wide": 8}, "operators": ["matmul:m={128*batch},n={wide*(wide + 1)},k={wide}"]})");
    CHECK(texts_of(*work_from(file)) == std::vector<std::string>{"matmul:m=256,n=72,k=8"});
    CHECK(texts_of(*work_from(file + ":wide=3,batch=1,bias=1")) ==
          std::vector<std::string>{"matmul:m=128,n=12,k=3,bias=1"});
}

TEST_CASE("what is wrong with the options of a suite") {
    const Folder folder;
    const std::string file = folder.write("suite.json", R"({"schema": 1, "kind": "suite", "parameters": {"batch": 1},
        "operators": ["conv2d:n={batch},c=4,h=8,w=8,k=4,r=3,s=3", "matmul:m=2,n=3,k=4"]})");
    struct Case {
        std::string options;
        std::string complaint;
    };
    const std::vector<Case> cases{
        {":colour=1", ": 'colour=1': no operator of the suite has such a parameter and leaves it open"},
        {":c=1", ": 'c=1': no operator of the suite has such a parameter and leaves it open"},
        {":layout=NHXC",
         ": 'layout=NHXC': no operator of the suite has images that can lie so and leaves their layout open"},
        {":batch=0", ": the suite's parameter 'batch' is '0', expected an integer from 1 to 2^40"},
        {":batch=x", ": the suite's parameter 'batch' is 'x', expected an integer from 1 to 2^40"},
        {":batch=2,batch=3", ": 'batch' is given twice, expected once"},
        {":relu=7", "#/operators/0: conv2d: parameter 'relu' is 7, expected 0 to 1"},
        {":groups=3", "#/operators/0: conv2d: groups = 3 does not divide c = 4"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.options);
        const auto work = work_from(file + one.options);
        REQUIRE_FALSE(work.ok());
        CHECK(work.error().text() == file + one.complaint);
    }
    CHECK(work_from("resnet50:").error().text() == "expected key=value, found nothing");
    const auto with = [&](const std::string& parameters, const std::string& op) {
        const auto work = work_from(folder.write("bad.json", R"({"schema": 1, "kind": "suite", "parameters": )" +
                                                                 parameters + R"(, "operators": [")" + op + "\"]}"));
        return work ? std::string("accepted") : work.error().text().substr((folder.path / "bad.json").string().size());
    };
    CHECK(with(R"({"a": 1})", "relu:n=3") == "#/parameters/a: no operator uses it, expected {a}");
    CHECK(with(R"({"a": 0})", "relu:n={a}") == "#/parameters/a: found 0, expected an integer of at least 1");
    CHECK(with(R"({"a": 1})", "relu:n={b}") == "#/operators/0: {b}: unknown name 'b', expected a parameter or a let");
    CHECK(with(R"({"a": 1})", "relu:n={a") == "#/operators/0: found '{' without '}' in 'relu:n={a'");
    CHECK(with(R"({"a": 1})", "relu:n={a a}") == "#/operators/0: {a a}: expected the end of the expression, found 'a'");
    CHECK(with(R"({"a": 1})", "relu:n={}") ==
          "#/operators/0: {}: expected an integer, a name or '(', found the end of the text");
    CHECK(with(R"({"a": 1})", "relu:n={a-1}") == "#/operators/0: relu: parameter 'n' is 0, expected at least 1");
}

TEST_CASE("what is wrong with a suite is said with its place") {
    const Folder folder;
    struct Case {
        std::string operators;
        std::string complaint;
    };
    const std::vector<Case> cases{
        {R"([])", "#/operators: found an array of 0, expected an array of 1"},
        {R"(["nothing:m=1"])", "#/operators/0: "},
        {R"([{"op": "matmul:m=2,n=3,k=0"}])", "#/operators/0/op: "},
        {R"([{"op": "matmul:m=2,n=3,k=4", "count": 0}])", "#/operators/0/count: found 0, expected an integer from 1"},
        {R"([{"op": "matmul:m=2,n=3,k=4", "times": 2}])", "#/operators/0/times: unknown key"},
        {R"([3])", "#/operators/0: found 3, expected an operator"},
    };
    for (const Case& one : cases) {
        const std::string file =
            folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators": )" + one.operators + "}");
        const auto work = work_from(file);
        REQUIRE_FALSE(work.ok());
        CHECK_MESSAGE(work.error().text().find(file + one.complaint) == 0, work.error().text());
    }
}

}  // namespace
}  // namespace saku::frontends
