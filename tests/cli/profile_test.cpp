// profile, compare and db as their users meet them: small operators, few candidates, no word about absolute times.
#include <signal.h>

#include "refusal.h"
#include "tuned.h"

namespace saku::tests {
namespace {

ProcessOptions with_database(const Folder& folder) {
    return {.environment = {{"SAKU_DATABASE", folder.path("tuning.db")}}};
}

std::vector<std::string> profile_arguments(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"profile", small_matmul, "--trials", "3", "--threads", "1", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST_CASE("profile measures, logs, and db takes its trials elsewhere and back") {
    const Folder folder;
    const Json profiled = json_of(saku(profile_arguments(), with_database(folder)));
    CHECK(profiled["trials"] == 3);
    REQUIRE(profiled["best"].is_object());
    CHECK(profiled["best"]["measured_seconds"].get<double>() > 0);

    const Json shown = json_of(saku({"db", "show", small_matmul, "--json"}, with_database(folder)));
    REQUIRE(shown["results"].size() == 3);
    const Json list = json_of(saku({"db", "list", "--json"}, with_database(folder)));
    REQUIRE(list["results"].size() == 1);
    CHECK(list["results"][0]["trials"] == 3);

    // The best trial, replayed by run.
    const Finished best = saku({"db", "best", small_matmul, "--threads", "1"}, with_database(folder));
    REQUIRE(best.exit_code == 0);
    const Json ran = json_of(saku({"run", small_matmul, "--schedule", folder.write("best.txt", best.out), "--threads",
                                   "1", "--samples", "1", "--json"}));
    CHECK(ran["correct"] == true);

    // Out and in again, twice; what is exported from there is the same.
    const std::string lines = folder.path("trials.jsonl");
    CHECK(saku({"db", "export", "--out", lines}, with_database(folder)).exit_code == 0);
    const std::vector<std::string> other{"--database", folder.path("other.db")};
    for (const int added : {3, 0}) {
        const Json imported = json_of(saku({"db", "import", lines, "--json", other[0], other[1]}));
        CHECK(imported["trials"] == 3);
        CHECK(imported["added"] == added);
    }
    CHECK(saku({"db", "export", other[0], other[1]}).out == content_of(lines));
    const Json merged = json_of(saku({"db", "merge", folder.path("other.db"), "--json"}, with_database(folder)));
    CHECK(merged["added"] == 0);
}

TEST_CASE("trials for another target are refused, not applied") {
    const Folder folder;
    REQUIRE(saku(profile_arguments(), with_database(folder)).exit_code == 0);
    const Finished best =
        saku({"db", "best", small_matmul, "--threads", "1", "--target", "neoverse-n1"}, with_database(folder));
    CHECK(best.exit_code == 1);
    CHECK(best.out == "");
    CHECK(best.err.starts_with("saku: no trial of " + small_matmul + " was measured on neoverse-n1 "));
    CHECK(best.err.find("; there are trials on ") != std::string::npos);

    const std::string lines = folder.write("t.jsonl", saku({"db", "export"}, with_database(folder)).out);
    const std::string message =
        refused({"db", "import", lines, "--target", "neoverse-n1", "--database", folder.path("other.db")});
    CHECK(message.starts_with(lines + ":1#/machine: found a trial on "));
    CHECK(message.ends_with(", expected one on neoverse-n1"));
    CHECK(folder.names() == std::vector<std::string>{"t.jsonl", "tuning.db"});
}

TEST_CASE("an import with one unsound line adds nothing") {
    const Folder folder;
    REQUIRE(saku(profile_arguments(), with_database(folder)).exit_code == 0);
    std::string text = saku({"db", "export"}, with_database(folder)).out;
    text.replace(text.rfind("\"measured\""), 10, "\"perhaps\"");
    const std::string other = folder.path("other.db");
    const std::string lines = folder.write("t.jsonl", text);
    CHECK(refused({"db", "import", lines, "--database", other}).starts_with(lines + ":3#/status: found \"perhaps\""));
    CHECK(json_of(saku({"db", "list", "--json", "--database", other}))["results"].empty());
}

TEST_CASE("compare gives the samples it was asked for, of both origins") {
    const Json json = json_of(
        saku({"compare", "matmul:m=24,n=48,k=32", "--samples", "9", "--trials", "2", "--threads", "1", "--json"}));
    std::size_t failed = 0;
    for (const auto& [status, count] : json["failed"].items()) failed += count.get<std::size_t>();
    CHECK(json["samples"].size() + failed == 9);
    std::size_t near = 0;
    for (const Json& sample : json["samples"]) {
        CHECK(sample["measured_seconds"].size() == 2);
        CHECK(sample["predicted_seconds"].get<double>() > 0);
        near += sample["origin"] == "near" ? 1 : 0;
    }
    CHECK(near >= 1);
    CHECK(json["top1_ratio"].get<double>() > 0);
    CHECK(json["top1_ratio"].get<double>() <= json["top8_ratio"].get<double>());
    CHECK(json["top8_ratio"].get<double>() <= 1);
    CHECK(json["profiled"]["trials"] == 2);
}

TEST_CASE("a suite is profiled operator by operator, whatever becomes of one of them") {
    const Folder folder;
    const std::string suite = folder.write("suite.json", R"({"schema": 1, "kind": "suite", "operators": [
        {"op": "matmul:m=9,n=20,k=7", "count": 3}, "relu:m=16,n=16"]})");
    const std::vector<std::string> arguments{"profile", suite, "--trials", "2", "--threads", "1"};
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> all = arguments;
        all.insert(all.end(), more.begin(), more.end());
        return saku(all, with_database(folder));
    };
    const Json json = json_of(with({"--json"}));
    REQUIRE(json["results"].size() == 2);
    CHECK(json["results"][0]["op"] == "matmul:m=9,n=20,k=7");
    CHECK(json["results"][0]["count"] == 3);
    CHECK(json["results"][1]["best"]["measured_seconds"].get<double>() > 0);
    CHECK(json["summary"]["operators"] == 2);
    CHECK(json["summary"]["without_kernel"] == 0);
    CHECK(json["summary"]["trials"] == 4);
    const Finished text = with({});
    CHECK(text.exit_code == 0);
    CHECK(text.out.find("\n2 operators, ") != std::string::npos);
    // relu has no reduction to block: the other operator is profiled all the same.
    const Finished partly = with({"--fix", "unroll=1", "--json"});
    CHECK(partly.exit_code == 1);
    const Json rest = Json::parse(partly.out);
    CHECK(rest["results"][0]["best"].is_object());
    CHECK(rest["results"][1]["error"].get<std::string>().find("unroll") != std::string::npos);
    CHECK(rest["summary"]["without_kernel"] == 1);
    // What is wrong with all of them is wrong with the arguments.
    CHECK(with({"--fix", "nothing=1"}).exit_code == 2);
}

TEST_CASE("a suite is compared operator by operator") {
    const Folder folder;
    const std::string suite = folder.write(
        "suite.json",
        R"({"schema": 1, "kind": "suite", "operators": ["matmul:m=9,n=20,k=7", "matmul:m=16,n=16,k=16"]})");
    const std::string page = folder.path("page.html");
    const Json json = json_of(
        saku({"compare", suite, "--samples", "3", "--trials", "0", "--threads", "1", "--html", page, "--json"}));
    CHECK(json["results"].size() == 2);
    CHECK(json["summary"]["operators"] == 2);
    CHECK(json["results"][0]["profiled"]["measured_seconds"].is_null());
    const std::string html = content_of(page);
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(html.ends_with("</html>\n"));
    CHECK(html.find("<h2>matmul:m=16,n=16,k=16</h2>") != std::string::npos);
    // Nothing is fetched, and every sample is a dot.
    for (const char* outside : {"http:", "https:", "<script", "src=", "@import", "url("})
        CHECK(html.find(outside) == std::string::npos);
    std::size_t dots = 0;
    for (std::size_t at = html.find("<circle class=\"near"); at != std::string::npos;
         at = html.find("<circle class=\"near", at + 1))
        ++dots;
    CHECK(dots >= 2);
}

TEST_CASE("what compare keeps is not measured again, and repriced on demand") {
    const Folder folder;
    const std::string suite = folder.write(
        "suite.json",
        R"({"schema": 1, "kind": "suite", "operators": ["matmul:m=9,n=20,k=7", "matmul:m=16,n=16,k=16"]})");
    const std::string kept = folder.path("kept");
    const std::vector<std::string> call{"compare", suite,       "--samples", "6",       "--trials", "0",     "--target",
                                        "host",    "--threads", "1",         "--store", kept,       "--json"};
    const Json first = json_of(saku(call));
    const std::string machine = first["results"][0]["target"];
    const std::string file = kept + "/" + machine + "/matmul_m_9_n_20_k_7.json";
    const std::string text = content_of(file);
    // The clock and the times of a second measurement would differ.
    const Json second = json_of(saku(call));
    CHECK(content_of(file) == text);
    const auto samples_of = [](const Json& result) {
        std::vector<std::pair<std::string, double>> samples;
        for (const Json& sample : result["samples"])
            samples.emplace_back(sample["id"], sample["predicted_seconds"].get<double>());
        return samples;
    };
    CHECK(samples_of(second["results"][0]) == samples_of(first["results"][0]));

    // Passes never agree better than 1, and hardly so well.
    std::vector<std::string> more = call;
    more.insert(more.end(), {"--more", "1"});
    const Json third = json_of(saku(more));
    CHECK(samples_of(third["results"][0]) == samples_of(first["results"][0]));
    const Json measured = Json::parse(content_of(file));
    if (first["results"][0]["noise_ceiling"].get<double>() < 1) {
        CHECK(measured["again"].size() == 1);
        CHECK(measured["samples"] != Json::parse(text)["samples"]);
    } else {
        CHECK(content_of(file) == text);
    }

    const Json all = json_of(saku({"compare", "--from", kept + "/" + machine, "--json"}));
    CHECK(all["summary"]["operators"] == 2);
    const Json one = json_of(saku({"compare", "--from", file, "--json"}));
    CHECK(samples_of(one) == samples_of(first["results"][0]));
    CHECK(one["static"]["id"].is_null());

    const std::string html = folder.path("page.html");
    CHECK(saku({"compare", "--from", file, "--html", html}).exit_code == 0);
    CHECK(content_of(html).ends_with("</html>\n"));
}

TEST_CASE("kept times are changed by --more only, and by those of the same processor only") {
    const Folder folder;
    const std::string kept = folder.path("kept");
    std::vector<std::string> call{"compare", small_matmul, "--samples", "6",       "--trials", "0",     "--target",
                                  "host",    "--threads",  "1",         "--store", kept,       "--json"};
    const Json first = json_of(saku(call));
    const std::string file = kept + "/" + first["target"].get<std::string>() + "/" + "matmul_m_9_n_20_k_7.json";
    Json measurement = Json::parse(content_of(file));
    // Passes that contradict each other: their correlation is -1.
    double time = 1;
    for (Json& sample : measurement["samples"]) {
        sample[3] = time;
        sample[4] = 10 - time;
        time += 1;
    }
    measurement["cpu"] = "another processor";
    const std::string text = measurement.dump();
    CHECK(folder.write("kept/" + first["target"].get<std::string>() + "/matmul_m_9_n_20_k_7.json", text) == file);
    CHECK(json_of(saku(call))["noise_ceiling"] == doctest::Approx(-1));
    CHECK(content_of(file) == text);
    call.insert(call.end(), {"--more", "0.5"});
    const Finished other = saku(call);
    CHECK(other.exit_code == 0);
    CHECK_MESSAGE(
        other.err.find("found times of another processor, expected some of this processor") != std::string::npos,
        other.err);
    CHECK(content_of(file) == text);
}

TEST_CASE("kept measurements of another kind, and options that contradict each other, are refused") {
    const Folder folder;
    const std::string record = folder.write("r.json", R"({"schema": 1, "kind": "suite", "operators": []})");
    const std::string own = folder.write("own.saku",
                                         "op own(n) {\n  in: f32[N=n]  out: f32[N=n] out\n  axes i<n\n  out[i] = "
                                         "in[i]\n}\n");
    const std::string usage = "\nTry 'saku compare --help'.";
    const std::vector<Refusal> cases{
        {{"compare"}, "op is required" + usage},
        {{"compare", small_matmul, "--from", record}, "op excludes --from" + usage},
        {{"compare", "--from", record, "--samples", "9"}, "--samples excludes --from" + usage},
        {{"compare", "--from", ""}, ""},
        {{"compare", "--from", folder.path("absent.json")}, ""},
        {{"compare", "--from", record}, record + "#/kind: found \"suite\", expected \"measurement\""},
        {{"compare", small_matmul, "--again"}, "--again: found no --store, expected a folder to keep results"},
        {{"compare", small_matmul, "--more", "0.9"}, "--more: found no --store, expected a folder to keep results"},
        {{"compare", small_matmul, "--store", folder.path("k"), "--more", "1.5"},
         "--more: found '1.5', expected a number above 0 and at most 1" + usage},
        {{"compare", small_matmul, "--store", folder.path("k"), "--more", "0.9", "--again"},
         "--again excludes --more" + usage},
        {{"compare", own + ":n=64", "--store", folder.path("kept")}, ""},
    };
    for (const Refusal& each : cases) {
        CAPTURE(each.message);
        const std::string message = refused(each.arguments);
        if (!each.message.empty()) CHECK(message == each.message);
    }
}

TEST_CASE("what cannot be measured here is refused before any work") {
    const Folder folder;
    const std::vector<Refusal> cases{
        {{"profile", small_matmul, "--trials", "0"},
         "--trials: found '0', expected an integer from 1 to 1000000\nTry 'saku profile --help'."},
        {{"profile", small_matmul}, "--trials is required\nTry 'saku profile --help'."},
        {{"db", "merge", folder.path("absent.db")}, ""},
        {{"db", "best", "conv4d:c=1"}, ""},
        {{"db", "import", folder.path("absent")}, ""},
        {{"db"}, ""},
    };
    for (const Refusal& each : cases) {
        const std::string message = refused(each.arguments, with_database(folder));
        if (!each.message.empty()) CHECK(message == each.message);
    }
    CHECK(refused({"profile", small_matmul, "--trials", "1", "--target", "neoverse-n1"})
              .starts_with("--target neoverse-n1: code for another processor"));
    CHECK(refused({"compare", small_matmul, "--target", "neoverse-n1"})
              .starts_with("--target neoverse-n1: code for another processor"));
}

TEST_CASE("an interrupted profile keeps the trials it has made") {
    const Folder folder;
    ProcessOptions options = with_database(folder);
    options.signal = SIGINT;
    options.signal_after_seconds = 3;
    const Finished result = saku({"profile", small_matmul, "--trials", "100000", "--threads", "1"}, options);
    CHECK(result.exit_code == 130);
    CHECK(result.out == "");
    CHECK_MESSAGE(result.err.starts_with("saku: interrupted; "), result.err);
    CHECK_MESSAGE(result.err.find(" kept in the database ('saku db'); ") != std::string::npos, result.err);
    CHECK(saku({"db", "list", "--json"}, with_database(folder)).exit_code == 0);
}

}  // namespace
}  // namespace saku::tests
