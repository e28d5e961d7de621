// Trials in the database: kept once, found again, not lost by a kill, not damaged by two writers.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "targets/machine_file.h"
#include "tuner/database/trials.h"

namespace saku::tuner {
namespace {

struct Place {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / ("saku_trials_" + std::to_string(getpid()));
    std::string path = (folder / "tuning.db").string();
    Place() { std::filesystem::remove_all(folder); }
    ~Place() { std::filesystem::remove_all(folder); }
};

Database opened(const std::string& path) {
    auto database = Database::open(path);
    REQUIRE(database.ok());
    return *std::move(database);
}

TrialRecord example(std::int64_t number, double measured = 2e-5) {
    const auto schedule = schedules::schedule_from_text("split(i, 8, i_o, i_i)\nunroll(i_i)");
    REQUIRE(schedule.ok());
    return {.op = "matmul:m=2,n=3,k=4",
            .machine = "zen5",
            .facts = "f00d",
            .threads = 2,
            .versions = "saku 1",
            .run = "r",
            .number = number,
            .id = "123456789012345678",
            .schedule = *schedule,
            .predicted_seconds = 0.1,
            .measured_seconds = measured,
            .status = measured > 0 ? TrialStatus::measured : TrialStatus::crashed,
            .detail = measured > 0 ? "" : "signal 11"};
}

std::string line(const TrialRecord& trial) { return to_line(to_json(trial)); }

TEST_CASE("a trial is the same in the database, as a line, and back") {
    const Place place;
    Database database = opened(place.path);
    for (const TrialRecord& trial : {example(0), example(1, 0), example(2, 1.0 / 3)}) {
        const auto read = trial_record_from(line(trial), "test");
        REQUIRE(read.ok());
        CHECK(line(*read) == line(trial));
        const auto first = keep(database, trial);
        const auto second = keep(database, *read);
        REQUIRE((first.ok() && second.ok()));
        CHECK(*first);
        CHECK_FALSE(*second);
    }
    const auto found = trials(database);
    REQUIRE(found.ok());
    REQUIRE(found->size() == 3);
    CHECK(line((*found)[0]) == line(example(0)));
    CHECK(line((*found)[2]) == line(example(2, 1.0 / 3)));
}

TEST_CASE("the best is the fastest that was measured where it is to be used") {
    const Place place;
    Database database = opened(place.path);
    TrialRecord elsewhere = example(3, 1e-9);
    elsewhere.machine = "zen4";
    TrialRecord changed = example(4, 1e-9);
    changed.facts = "beef";
    TrialRecord more_threads = example(5, 1e-9);
    more_threads.threads = 4;
    const auto kept =
        keep_all(database, {example(0), example(1, 1e-5), example(2, 0), elsewhere, changed, more_threads});
    REQUIRE(kept.ok());
    CHECK(*kept == 6);
    const TrialFilter filter{
        .op = "matmul:m=2,n=3,k=4", .machine = "zen5", .facts = "f00d", .threads = 2, .versions = "saku 1"};
    const auto best = best_trial(database, filter);
    REQUIRE((best.ok() && best->has_value()));
    CHECK((*best)->number == 1);
    TrialFilter newer = filter;
    newer.versions = "saku 2";
    const auto none = best_trial(database, newer);
    REQUIRE(none.ok());
    CHECK_FALSE(none->has_value());
    const auto groups = trial_groups(database);
    REQUIRE(groups.ok());
    REQUIRE(groups->size() == 3);
    CHECK((*groups)[1].machine == "zen5");
    CHECK((*groups)[1].trials == 4);
    CHECK((*groups)[1].measured == 3);
    CHECK((*groups)[1].best_seconds == 1e-9);
}

TEST_CASE("lines that are no trials are refused and say where") {
    const auto changed = [](const std::string& key, const Json& value) {
        Json json = to_json(example(0));
        json[key] = value;
        return to_line(json);
    };
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "t:1:1: "},
        {"[]", "t#: found"},
        {changed("schema", 2), "t#/schema: found 2"},
        {changed("kind", "record"), "t#/kind: found \"record\""},
        {changed("colour", 1), "t#/colour: unknown key"},
        {changed("threads", 0), "t#/threads: found 0"},
        {changed("schedule", Json::array({1})), "t#/schedule/0: found 1"},
        {changed("measured_seconds", 0), "t#/measured_seconds: found 0"},
        {changed("measured_seconds", -1), "t#/measured_seconds: found -1"},
        {changed("status", "lost"), "t#/status: found \"lost\""},
        {changed("status", "crashed"), "t#/measured_seconds: found"},
        {changed("op", nullptr), "t#/op: found null"},
    };
    for (const auto& [text, message] : cases) {
        CAPTURE(text);
        const auto read = trial_record_from(text, "t");
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().text().substr(0, message.size()) == message);
    }
}

/// Keeps trials for ever and says so, a byte for each one that was committed.
[[noreturn]] void write_until_killed(const std::string& path, int pipe_end, std::int64_t first) {
    auto database = Database::open(path);
    if (!database) _exit(1);
    for (std::int64_t number = first;; ++number) {
        const auto kept = keep(*database, example(number));
        if (!kept || write(pipe_end, "+", 1) != 1) _exit(2);
    }
}

TEST_CASE("a kill loses nothing that was committed, with two writers at once") {
    const Place place;
    { const Database made = opened(place.path); }
    std::array<pid_t, 2> writers{};
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    for (std::size_t w = 0; w < writers.size(); ++w) {
        writers[w] = fork();
        REQUIRE(writers[w] >= 0);
        if (writers[w] == 0) write_until_killed(place.path, ends[1], static_cast<std::int64_t>(w) * 1'000'000);
    }
    close(ends[1]);
    std::int64_t committed = 0;
    char one = 0;
    for (; committed < 20 && read(ends[0], &one, 1) == 1;) ++committed;
    for (const pid_t writer : writers) kill(writer, SIGKILL);
    while (read(ends[0], &one, 1) == 1) ++committed;
    for (const pid_t writer : writers) {
        int status = 0;
        waitpid(writer, &status, 0);
        CHECK(WIFSIGNALED(status));
    }
    close(ends[0]);
    Database database = opened(place.path);
    const auto found = trials(database);
    REQUIRE(found.ok());
    CHECK(committed >= 20);
    // Each writer may have been killed between its commit and its byte.
    CHECK(static_cast<std::int64_t>(found->size()) >= committed);
    CHECK(static_cast<std::int64_t>(found->size()) <= committed + 2);
    const auto sound = database.connection().run("PRAGMA integrity_check");
    REQUIRE(sound.ok());
    CHECK(std::get<std::string>(sound->front().front()) == "ok");
}

TEST_CASE("a database of the first version is upgraded and keeps what it has") {
    const Place place;
    std::filesystem::create_directories(place.folder);
    {
        auto connection = Connection::open(place.path);
        REQUIRE(connection.ok());
        for (const char* sql :
             {"CREATE TABLE tunings (key TEXT PRIMARY KEY, op TEXT NOT NULL, machine TEXT NOT NULL,"
              " threads INTEGER NOT NULL, versions TEXT NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID",
              "INSERT INTO tunings VALUES ('k', 'matmul', 'zen5', 1, 'v', '{}')", "PRAGMA user_version = 1"})
            REQUIRE(connection->run(sql).ok());
    }
    Database database = opened(place.path);
    const auto tuning = database.tuning("k");
    REQUIRE((tuning.ok() && tuning->has_value()));
    CHECK((*tuning)->machine == "zen5");
    CHECK(keep(database, example(0)).ok());
}

TEST_CASE("a machine's fingerprint changes with its facts") {
    const auto zen5 = targets::machine_for_target("zen5");
    REQUIRE(zen5.ok());
    targets::Machine other = *zen5;
    CHECK(machine_facts(other) == machine_facts(*zen5));
    other.caches.front().latency_cycles += 1;
    CHECK(machine_facts(other) != machine_facts(*zen5));
}

}  // namespace
}  // namespace saku::tuner
