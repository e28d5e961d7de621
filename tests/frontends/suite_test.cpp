#include "frontends/suite.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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
