// Suites: one command, many operators, and a second run that goes on where the first was.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "process.h"

namespace saku::tests {
namespace {

using nlohmann::json;

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string small_suite(const Folder& folder) {
    return folder.write("suite.json",
                        R"({"schema": 1, "kind": "suite", "operators": [
                             {"op": "matmul:m=16,n=32,k=8", "count": 3}, "conv2d:c=4,h=6,w=6,k=16,r=3,s=3,pad=1"]})");
}

std::vector<std::string> tune(const std::string& suite, const std::string& out) {
    return {"tune", suite, "--target", "zen5", "--threads", "1", "--candidates", "100", "--out", out, "--json"};
}

TEST_CASE("a suite is tuned once; again, every operator is remembered and the files are the same") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    const ProcessOptions options{.environment = {{"SAKU_DATABASE", folder.path("tuning.db")}}};
    const Finished first = saku(tune(suite, folder.path("first")), options);
    REQUIRE_MESSAGE(first.exit_code == 0, first.err);
    const json before = json::parse(first.out);
    CHECK(before["summary"]["operators"] == 2);
    CHECK(before["summary"]["remembered"] == 0);
    CHECK(before["results"][0]["count"] == 3);

    const Finished second = saku(tune(suite, folder.path("second")), options);
    REQUIRE(second.exit_code == 0);
    const json after = json::parse(second.out);
    CHECK(after["summary"]["remembered"] == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(after["results"][i]["best"] == before["results"][i]["best"]);
        for (const char* kind : {"obj", "header", "record"}) {
            CHECK(content(after["results"][i]["files"][kind]) == content(before["results"][i]["files"][kind]));
        }
    }

    auto forgetful = tune(suite, folder.path("third"));
    forgetful.push_back("--no-cache");
    CHECK(json::parse(saku(forgetful, options).out)["summary"]["remembered"] == 0);
    auto other_seed = tune(suite, folder.path("fourth"));
    other_seed.insert(other_seed.end(), {"--seed", "5"});
    CHECK(json::parse(saku(other_seed, options).out)["summary"]["remembered"] == 0);
}

TEST_CASE("keys behind a suite reach its operators, in tune and plan") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    const ProcessOptions options{.environment = {{"SAKU_DATABASE", ""}}};
    const Finished tuned = saku(tune(suite + ":relu=1,layout=any", folder.path("out")), options);
    REQUIRE_MESSAGE(tuned.exit_code == 0, tuned.err);
    const json results = json::parse(tuned.out)["results"];
    CHECK(results[0]["op"] == "matmul:m=16,n=32,k=8,relu=1");
    CHECK(results[1]["op"] == "conv2d:c=4,h=6,w=6,k=16,r=3,s=3,pad=1,relu=1,layout=any");
    CHECK(content(results[1]["files"]["header"]).find("_to_in(const float *plain, float *laid_out);") !=
          std::string::npos);
    const Finished planned = saku({"plan", suite + ":n=3", "--target", "zen5", "--json"});
    REQUIRE_MESSAGE(planned.exit_code == 0, planned.err);
    const json plan = json::parse(planned.out);
    CHECK(plan["inputs"][0] == suite);
    CHECK(plan["kernels"][0]["op"] == "matmul:m=16,n=32,k=8");
    CHECK(plan["kernels"][1]["text"] == "conv2d:c=4,h=6,w=6,k=16,r=3,s=3,pad=1,n=3");
    const Finished wrong = saku({"tune", suite + ":colour=3", "--out", folder.path("none")});
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err ==
          "saku: " + suite + ": 'colour=3': no operator of the suite has such a parameter and leaves it open\n");
}

TEST_CASE("a database that cannot be used is said and does not matter") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    const std::string broken = folder.write("broken.db", "this is no database, but long enough to look at closely");
    const Finished run = saku(tune(suite, folder.path("out")), {.environment = {{"SAKU_DATABASE", broken}}});
    CHECK(run.exit_code == 0);
    CHECK(run.err.find("nothing is remembered for the next time: " + broken) != std::string::npos);
    CHECK(json::parse(run.out)["summary"]["operators"] == 2);
}

TEST_CASE("an operator that cannot be tuned does not keep the others from it") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    auto command = tune(suite, folder.path("out"));
    command.insert(command.end(), {"--fix", "pack_wt=offline"});  // a matmul has no operand wt
    const Finished run = saku(command, {.environment = {{"SAKU_DATABASE", ""}}});
    CHECK(run.exit_code == 1);
    const json result = json::parse(run.out);
    CHECK(result["results"][0]["error"].get<std::string>().find("there is no hole 'pack_wt' here") !=
          std::string::npos);
    CHECK(result["results"][1]["files"].contains("obj"));
    CHECK(run.err.find("saku: matmul:m=16,n=32,k=8: --fix pack_wt=offline: ") != std::string::npos);
}

TEST_CASE("a suite is held against a folder of records, or several files") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    const ProcessOptions options{.environment = {{"SAKU_DATABASE", folder.path("tuning.db")}}};
    const std::string kept = folder.path("kept");
    REQUIRE(saku(tune(suite, kept), options).exit_code == 0);
    const std::string matmul = kept + "/matmul_m_16_n_32_k_8.json";
    const std::string conv = kept + "/conv2d_c_4_h_6_w_6_k_16_r_3_s_3_pad_1.json";
    const auto checked = [&](const std::vector<std::string>& paths, int exit_code) {
        auto command = tune(suite, folder.path("out"));
        for (const std::string& path : paths) command.insert(command.end(), {"--check", path});
        const Finished run = saku(command, options);
        CHECK_MESSAGE(run.exit_code == exit_code, run.err);
        return std::pair(json::parse(run.out), run.err);
    };
    CHECK(checked({kept}, 0).first["summary"]["changed"] == 0);
    CHECK(checked({conv, matmul}, 0).first["results"][0]["check"]["record"] == matmul);

    const auto [missing, complaint] = checked({matmul}, 1);
    CHECK(missing["results"][1]["check"]["record"].is_null());
    CHECK(missing["results"][1]["check"]["holds"] == false);
    CHECK(complaint == "saku: conv2d:c=4,h=6,w=6,k=16,r=3,s=3,pad=1: no record of it\n");

    json other = json::parse(content(matmul));
    other["prediction"]["seconds"] = 1;
    const std::string changed = folder.write("changed.json", other.dump());
    const auto [result, lines] = checked({conv, changed}, 1);
    CHECK(result["summary"]["changed"] == 1);
    CHECK(result["results"][0]["check"]["differences"][0]["what"] == "predicted_seconds");
    CHECK(lines.starts_with("saku: matmul:m=16,n=32,k=8 is not what " + changed + " says\n  predicted time: was 1"));

    const Folder empty;
    auto nothing = tune(suite, folder.path("out"));
    nothing.insert(nothing.end(), {"--check", empty.path()});
    CHECK(saku(nothing, options).err == "saku: " + empty.path() + ": found no .json file, expected records\n");

    other["op"] = "matmul:m=1,n=2,k=3";
    const std::string foreign = folder.write("foreign.json", other.dump());
    CHECK(checked({kept, foreign}, 1).second == "saku: " + foreign + " is not of an operator of the suite\n");
}

TEST_CASE("what is wrong with every operator is wrong with the arguments") {
    const Folder folder;
    const std::string suite = small_suite(folder);
    auto command = tune(suite, folder.path("out"));
    command.insert(command.end(), {"--fix", "no_such_hole=1"});
    const Finished run = saku(command, {.environment = {{"SAKU_DATABASE", ""}}});
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK(folder.names() == std::vector<std::string>{"suite.json"});
}

TEST_CASE("the text of a suite is a line per operator and a sum") {
    const Folder folder;
    auto command = tune(small_suite(folder), folder.path("out"));
    command.pop_back();
    const Finished run = saku(command, {.environment = {{"SAKU_DATABASE", ""}}});
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("operator") == 0);
    CHECK(run.out.find("matmul:m=16,n=32,k=8") != std::string::npos);
    CHECK(run.out.find("2 operators, ") != std::string::npos);
}

}  // namespace
}  // namespace saku::tests
