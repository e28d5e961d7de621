// tune, run, explain, rank and emit as their users meet them: output, files, exit codes.
#include <doctest/doctest.h>

#include <algorithm>

#include "tuned.h"

namespace saku::tests {
namespace {

using Words = std::vector<std::string>;

const Words priced_keys{"schedule", "predicted_seconds", "terms",          "bottleneck",
                        "gflops",   "percent_of_peak",   "margin_to_next", "unchecked"};

void check_priced(const Json& priced) {
    for (const std::string& key : priced_keys) CHECK_MESSAGE(priced.contains(key), key);
    CHECK(priced["predicted_seconds"] > 0);
    CHECK(priced["gflops"] > 0);
    CHECK(priced["schedule"].is_array());
    CHECK(priced["terms"].contains(priced["bottleneck"].get<std::string>()));
    double sum = 0;
    for (const Json& term : priced["terms"]) sum += term.get<double>();
    CHECK(sum == doctest::Approx(priced["predicted_seconds"].get<double>()));
}

TEST_CASE("many dense axes: steps that apply with some blocks only do not end the search") {
    const Folder folder;
    const std::string file = folder.write(
        "g.saku",
        "op g(z=1) { in: f32[A=2,B=3,C=2,D=2,E=5,F=2,G=2,H=3] out: f32[A=2,B=3,C=2,D=2,E=5,F=2,G=2,H=3] out\n"
        "axes a<2,b<3,c<2,d<2,e<5,f<2,g<2,h<3\nout[a,b,c,d,e,f,g,h] = in[a,b,c,d,e,f,g,h] * 2 }\n");
    const Finished result = saku({"tune", file, "--target", "zen5", "--threads", "1"});
    CHECK(result.exit_code == 0);
    CHECK(result.err == "");
}

TEST_CASE("tune --json has the keys of its contract") {
    const Folder folder;
    const Json json = json_of(saku(tune_arguments(small_matmul, folder.path("out"), {"--json", "--top", "3"})));
    CHECK(keys_of(json) ==
          Words{"schema",        "op",           "target",     "threads",     "residence", "name",    "seed",
                "search",        "space_size",   "candidates", "passed_over", "rejected",  "seconds", "tier1_seconds",
                "tier2_seconds", "reproducible", "remembered", "tier2",       "best",      "top",     "files"});
    CHECK(json["schema"] == 1);
    CHECK(json["op"] == small_matmul);
    CHECK(json["target"] == "x86-64-v3");
    CHECK(json["threads"] == 1);
    CHECK(json["name"] == "matmul_m_9_n_20_k_7");
    CHECK(json["seed"] == 0);
    CHECK(json["search"] == "default");
    CHECK(json["reproducible"] == true);
    CHECK(json["space_size"].get<std::size_t>() > json["candidates"].get<std::size_t>());
    CHECK(json["candidates"].get<std::size_t>() > 0);
    CHECK(json["candidates"].get<std::size_t>() <= 100);
    CHECK(json["best"]["margin_to_next"] >= 0);
    CHECK(json["tier2"]["regions"] > 0);
    const Json& looks = json["tier2"]["candidates"];
    REQUIRE(looks.size() == json["tier2"]["looked_at"]);
    const auto accepted =
        std::find_if(looks.begin(), looks.end(), [](const Json& look) { return look["verdict"] == "accepted"; });
    REQUIRE(accepted != looks.end());
    CHECK((*accepted)["id"] == json["best"]["id"]);
    CHECK((*accepted)["spills"] == 0);
    CHECK(json["best"]["id"].is_string());
    check_priced(json["best"]);
    REQUIRE(json["top"].size() == 3);
    CHECK(json["top"][0]["id"] == json["best"]["id"]);
    for (std::size_t i = 0; i < 3; ++i) {
        check_priced(json["top"][i]);
        if (i > 0) CHECK(json["top"][i]["predicted_seconds"] >= json["top"][i - 1]["predicted_seconds"]);
    }
    CHECK(keys_of(json["files"]) == Words{"obj", "header", "record"});
}

TEST_CASE("tune prints text with the files it wrote") {
    const Folder folder;
    const Finished result = saku(tune_arguments(small_matmul, folder.path("a/b"), {"--name", "mm"}));
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(result.out.starts_with(small_matmul + " on x86-64-v3, 1 thread\n"));
    CHECK(result.out.find(" predicted, ") != std::string::npos);
    CHECK(result.out.ends_with("  obj     " + folder.path("a/b/mm.o") + "\n  header  " + folder.path("a/b/mm.h") +
                               "\n  record  " + folder.path("a/b/mm.json") + "\n"));
}

TEST_CASE("tune writes what --emit asks for, always with the record, and nothing without --out") {
    const std::vector<std::pair<Words, Words>> table{
        {{}, {"mm.h", "mm.json", "mm.o"}},
        {{"--emit", "asm"}, {"mm.json", "mm.s"}},
        {{"--emit", "llvm,header"}, {"mm.h", "mm.json", "mm.ll"}},
        {{"--emit", "obj", "--emit", "header,cpp,asm,llvm"}, {"mm.h", "mm.hpp", "mm.json", "mm.ll", "mm.o", "mm.s"}},
    };
    for (const auto& [options, files] : table) {
        const Folder folder;
        Words more{"--name", "mm"};
        more.insert(more.end(), options.begin(), options.end());
        CHECK(saku(tune_arguments(small_matmul, folder.path(), more)).exit_code == 0);
        CHECK(folder.names() == files);
    }
    const Folder empty;
    const Finished result =
        saku({"tune", small_matmul, "--target", "haswell", "--candidates", "20"}, {.directory = empty.path()});
    CHECK(result.exit_code == 0);
    CHECK(empty.names().empty());
}

TEST_CASE("the emitted texts are what their names say") {
    const Folder folder;
    REQUIRE(saku(tune_arguments(small_matmul, folder.path(), {"--name", "mm", "--emit", "obj,header,asm,llvm"}))
                .exit_code == 0);
    CHECK(content_of(folder.path("mm.o"))
              .starts_with("\x7f"
                           "ELF"));
    CHECK(content_of(folder.path("mm.h")).find("int mm(const float *a, ") != std::string::npos);
    CHECK(content_of(folder.path("mm.s")).find("\nmm:") != std::string::npos);
    CHECK(content_of(folder.path("mm.ll")).find("@mm(") != std::string::npos);
    const auto record = parse_json(content_of(folder.path("mm.json")), "record");
    REQUIRE(record.ok());
    CHECK(keys_of(*record) == Words{"schema", "kind", "op", "machine", "threads", "residence", "name", "schedule",
                                    "prediction", "code", "versions"});
    CHECK((*record)["kind"] == "record");
    CHECK((*record)["machine"] == "x86-64-v3");
}

TEST_CASE("a suite gives a list of results and a summary") {
    const Folder folder;
    const std::string suite = folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators":
        ["matmul:m=4,n=8,k=3", "conv2d:c=2,h=5,w=5,k=8,r=3,s=3"]})");
    const Json json = json_of(saku(tune_arguments(suite, folder.path("out"), {"--json"})));
    CHECK(keys_of(json) == Words{"schema", "results", "summary"});
    REQUIRE(json["results"].size() == 2);
    CHECK(json["results"][0]["op"] == "matmul:m=4,n=8,k=3");
    CHECK(json["summary"]["operators"] == 2);
    CHECK(json["summary"]["without_schedule"] == 0);
    for (const Json& result : json["results"])
        CHECK_FALSE(content_of(result["files"]["obj"].get<std::string>()).empty());
}

TEST_CASE("tune --check says whether tuning still decides so") {
    const Folder folder;
    const std::string record = tuned_record(folder);
    const Finished same = saku(tune_arguments(small_matmul, "", {"--check", record}));
    CHECK(same.exit_code == 0);
    CHECK(same.err.empty());
    const std::vector<std::pair<Words, std::string>> table{
        {{"tune", small_matmul, "--target", "haswell", "--threads", "1", "--candidates", "50"},
         small_matmul + " is not what " + record + " says\n  machine: was x86-64-v3, is haswell\n"},
        {{"tune", small_matmul, "--target", "x86-64-v3", "--threads", "3", "--candidates", "50"},
         small_matmul + " is not what " + record + " says\n  threads: was 1, is 3\n"},
        {tune_arguments("matmul:m=9,n=20,k=8", ""), "matmul:m=9,n=20,k=8 is not what " + record +
                                                        " says\n  operator: was " + small_matmul +
                                                        ", is matmul:m=9,n=20,k=8\n"},
        {tune_arguments(small_matmul, "", {"--fix", "tile_m=1"}),
         small_matmul + " is not what " + record + " says\n  schedule: steps that went (-) and came (+)\n    "},
    };
    for (auto [arguments, message] : table) {
        arguments.insert(arguments.end(), {"--check", record});
        const Finished result = saku(arguments);
        CHECK(result.exit_code == 1);
        CHECK_MESSAGE(result.err.starts_with("saku: " + message), result.err);
        CHECK_FALSE(result.out.empty());
    }
}

TEST_CASE("tune --check finds a changed time and changed inner loops, one line each") {
    const Folder folder;
    const auto record = parse_json(content_of(tuned_record(folder)), "record");
    REQUIRE(record.ok());
    Json changed = *record;
    changed["prediction"]["seconds"] = 1.5;
    Json& loop = changed["code"]["inner_loops"][0];
    const int count = loop["instructions"].get<int>();
    loop["instructions"] = count + 1;
    const std::string file = folder.write("changed.json", changed.dump());
    const Finished result = saku(tune_arguments(small_matmul, "", {"--check", file}));
    CHECK(result.exit_code == 1);
    CHECK(result.err.starts_with("saku: " + small_matmul + " is not what " + file +
                                 " says\n  predicted time: was 1.5 s, is "));
    CHECK(result.err.ends_with(" s\n  inner loop 1, instructions: was " + std::to_string(count + 1) + ", is " +
                               std::to_string(count) + "\n"));
    CHECK_FALSE(result.out.empty());
    const Finished machine_readable = saku(tune_arguments(small_matmul, "", {"--check", file, "--json"}));
    CHECK(machine_readable.exit_code == 1);
    const auto json = parse_json(machine_readable.out, "stdout");
    REQUIRE(json.ok());
    const Json& check = (*json)["check"];
    CHECK(check["record"] == file);
    CHECK(check["holds"] == false);
    REQUIRE(check["differences"].size() == 2);
    CHECK(check["differences"][0]["what"] == "predicted_seconds");
    CHECK(check["differences"][0]["was"] == 1.5);
    CHECK(check["differences"][0]["is"] == (*json)["best"]["predicted_seconds"]);
    CHECK(check["differences"][1] == Json{{"what", "inner_loops/0/instructions"}, {"was", count + 1}, {"is", count}});
}

TEST_CASE("limits on workspace and code hold, or there is no kernel and the reasons are counted") {
    const Json json = json_of(saku(tune_arguments(small_matmul, "", {"--max-workspace", "0", "--json"})));
    CHECK(json["best"]["workspace_bytes"] == 0);
    CHECK(json["best"]["code_bytes"] > 0);
    const Finished none = saku(tune_arguments(small_matmul, "", {"--max-code", "8"}));
    CHECK(none.exit_code == 1);
    CHECK(none.err.find(" code over the limit") != std::string::npos);
    CHECK(none.err.find("; the smallest kernel found has ") != std::string::npos);
    CHECK(none.err.ends_with(" bytes of code\n"));
}

TEST_CASE("run checks the kernel on this computer, as JSON and as text") {
    const Words arguments{"run", small_matmul, "--threads", "1", "--candidates", "50", "--samples", "2"};
    Words as_json = arguments;
    as_json.emplace_back("--json");
    const Json json = json_of(saku(as_json));
    for (const char* key : {"schema", "op", "target", "threads", "residence", "correct", "max_abs_error", "error_bound",
                            "seconds", "gflops", "samples", "predicted_seconds"})
        CHECK_MESSAGE(json.contains(key), key);
    CHECK(json["op"] == small_matmul);
    CHECK(json["threads"] == 1);
    CHECK(json["correct"] == true);
    CHECK(json["max_abs_error"] <= json["error_bound"]);
    CHECK(json["seconds"] > 0);
    CHECK(json["samples"].size() == 2);
    const Finished text = saku(arguments);
    CHECK(text.exit_code == 0);
    CHECK(text.err.empty());
    CHECK(text.out.starts_with(small_matmul + " on "));
    CHECK(text.out.find("\n  correct: largest error, for what is allowed there, ") != std::string::npos);
    CHECK(text.out.find(" measured, ") != std::string::npos);
}

TEST_CASE("explain names every term, the schedule and, where asked, the nest") {
    const Words arguments{"explain", small_matmul, "--target", "haswell", "--threads", "1", "--candidates", "50"};
    Words with_nest = arguments;
    with_nest.emplace_back("--nest");
    const Finished text = saku(with_nest);
    CHECK(text.exit_code == 0);
    CHECK(text.err.empty());
    for (const char* part :
         {"\nwhere the time goes\n", "\n  core ", "\nschedule\n", "\nthe next best\n", "\nloop nest\n"})
        CHECK_MESSAGE(text.out.find(part) != std::string::npos, part);
    Words as_json = arguments;
    as_json.emplace_back("--json");
    const Json json = json_of(saku(as_json));
    check_priced(json);
    CHECK(keys_of(json["alone"]) == keys_of(json["terms"]));
    CHECK(json["nest"].get<std::string>().find("out") != std::string::npos);
}

TEST_CASE("explain --versus compares two schedules") {
    const Folder folder;
    const std::string record = tuned_record(folder);
    const std::string plain = folder.write("plain.json", "[]");
    const Finished text = saku({"explain", small_matmul, "--schedule", record, "--versus", plain});
    CHECK(text.exit_code == 0);
    CHECK(text.out.starts_with(small_matmul + " on x86-64-v3, 1 thread\n"));  // as the record says
    CHECK(text.out.find("\n" + plain + " is predicted ") != std::string::npos);
    CHECK(text.out.find(" times as slow\n") != std::string::npos);
    const Json json = json_of(saku({"explain", small_matmul, "--schedule", record, "--versus", plain, "--json"}));
    CHECK(json["versus"]["ratio"] > 1);
    check_priced(json["versus"]);
}

TEST_CASE("rank orders the lines of a file, and says why some have no price") {
    const Folder folder;
    auto record = parse_json(content_of(tuned_record(folder)), "record");
    REQUIRE(record.ok());
    const std::string file = folder.write(
        "lines.jsonl", "[]\n\n" + record->dump() + "\n" +
                           R"({"schema": 1, "kind": "schedule", "steps": [{"step": "unroll", "loop": "zz"}]})" + "\n");
    const Words arguments{"rank", small_matmul, "--schedules", file, "--target", "x86-64-v3", "--threads", "1"};
    Words as_json = arguments;
    as_json.emplace_back("--json");
    const Json json = json_of(saku(as_json));
    CHECK(keys_of(json) == Words{"schema", "op", "target", "threads", "residence", "results"});
    REQUIRE(json["results"].size() == 3);
    CHECK(json["results"][0]["line"] == 3);
    CHECK(json["results"][0]["predicted_seconds"] == (*record)["prediction"]["seconds"]);
    CHECK(json["results"][1]["line"] == 1);
    check_priced(json["results"][1]);
    CHECK(json["results"][2]["line"] == 4);
    CHECK(json["results"][2]["rejected"]["reason"] == "unknown loop");
    const Finished text = saku(arguments);
    CHECK(text.exit_code == 0);
    CHECK(text.out.starts_with("line 3  "));
    CHECK(text.out.find("  the next +") != std::string::npos);
    CHECK(text.out.find("\nnot checked for this machine: x86-64-v3, checked on zen4, zen5\n") != std::string::npos);
    const double margin = json["results"][0]["margin_to_next"].get<double>();
    const double ratio =
        json["results"][1]["predicted_seconds"].get<double>() / json["results"][0]["predicted_seconds"].get<double>();
    CHECK(margin == doctest::Approx(ratio - 1));
    CHECK(json["results"][1]["margin_to_next"].is_null());
}

}  // namespace
}  // namespace saku::tests
