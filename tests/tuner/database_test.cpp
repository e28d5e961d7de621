#include "tuner/database/database.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "frontends/operator_from.h"
#include "targets/machine_file.h"
#include "tuner/remember.h"

namespace saku::tuner {
namespace {

/// A fresh path for a database; removed with its side files at the end.
struct Place {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("saku_database_" + std::to_string(getpid()));
    std::string path = (folder / "below" / "tuning.db").string();
    Place() { std::filesystem::remove_all(folder); }
    ~Place() { std::filesystem::remove_all(folder); }
};

Tuning example(const std::string& key) {
    return {.key = key, .op = "matmul:m=2,n=3,k=4", .machine = "zen5", .threads = 2, .versions = "1", .outcome = "{}"};
}

TEST_CASE("what is kept is found again, by this process and the next") {
    const Place place;
    {
        auto database = Database::open(place.path);
        REQUIRE(database.ok());
        CHECK_FALSE((*database->tuning("a")).has_value());
        REQUIRE(database->keep(example("a")).ok());
    }
    auto database = Database::open(place.path);
    REQUIRE(database.ok());
    const auto found = database->tuning("a");
    REQUIRE((found.ok() && found->has_value()));
    CHECK((*found)->op == "matmul:m=2,n=3,k=4");
    CHECK((*found)->threads == 2);
    CHECK_FALSE((*database->tuning("b")).has_value());
}

TEST_CASE("a new file may be opened many times at once") {
    for (int round = 0; round < 20; ++round) {
        const Place place;
        std::array<std::string, 8> errors;
        std::vector<std::thread> threads;
        for (std::string& error : errors) {
            threads.emplace_back([&] {
                const auto database = Database::open(place.path);
                if (!database.ok()) error = database.error().text();
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (const std::string& error : errors) CHECK(error.empty());
    }
}

TEST_CASE("writers at once lose nothing") {
    const Place place;
    constexpr int writers = 4;
    constexpr int each = 20;
    std::vector<std::thread> threads;
    std::array<bool, writers> good{};
    for (int w = 0; w < writers; ++w) {
        threads.emplace_back([&, w] {
            auto database = Database::open(place.path);
            bool all = database.ok();
            for (int i = 0; all && i < each; ++i)
                all = database->keep(example(std::to_string(w) + "_" + std::to_string(i))).ok();
            good[static_cast<std::size_t>(w)] = all;
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const bool one : good) CHECK(one);
    auto database = Database::open(place.path);
    REQUIRE(database.ok());
    const auto rows = database->connection().run("SELECT COUNT(*) FROM tunings");
    REQUIRE(rows.ok());
    CHECK(std::get<std::int64_t>(rows->front().front()) == writers * each);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    const Place place;
    auto database = Database::open(place.path);
    REQUIRE(database.ok());
    {
        auto transaction = Transaction::begin(database->connection());
        REQUIRE(transaction.ok());
        REQUIRE(database->keep(example("a")).ok());
    }
    CHECK_FALSE((*database->tuning("a")).has_value());
}

TEST_CASE("files that are none, and databases from the future, are refused") {
    const Place place;
    SUBCASE("a folder") {
        std::filesystem::create_directories(place.path);
        const auto database = Database::open(place.path);
        REQUIRE_FALSE(database.ok());
        CHECK(database.error().where == place.path);
        CHECK(database.error().what == "the tuning database: unable to open database file");
    }
    SUBCASE("a newer version") {
        {
            auto database = Database::open(place.path);
            REQUIRE(database.ok());
            REQUIRE(database->connection().run("PRAGMA user_version = 1000").ok());
        }
        const auto database = Database::open(place.path);
        REQUIRE_FALSE(database.ok());
        CHECK(database.error().what.find("found a tuning database of version 1000, expected at most ") == 0);
    }
}

TEST_CASE("the key of a tuning depends on all that decides it, and on nothing else") {
    const auto op = frontends::operator_from("matmul:m=32,n=48,k=16");
    const auto other = frontends::operator_from("matmul:m=32,n=48,k=17");
    REQUIRE((op.ok() && other.ok()));
    const TuneOptions options{.candidates = 100};
    const std::string key = tuning_key(*op, "facts", options, "program");
    CHECK(key == tuning_key(*op, "facts", options, "program"));
    CHECK(key != tuning_key(*other, "facts", options, "program"));
    CHECK(key != tuning_key(*op, "other facts", options, "program"));
    CHECK(key != tuning_key(*op, "facts", options, "newer program"));
    TuneOptions changed = options;
    changed.threads = 2;
    CHECK(key != tuning_key(*op, "facts", changed, "program"));
    changed = options;
    changed.residence = features::Residence::cold;
    CHECK(key != tuning_key(*op, "facts", changed, "program"));
    changed = options;
    changed.seed = 7;
    CHECK(key != tuning_key(*op, "facts", changed, "program"));
    changed = options;
    changed.pinned = {{"tile_m", "8"}};
    CHECK(key != tuning_key(*op, "facts", changed, "program"));
    changed = options;
    changed.limits.workspace_bytes = 4096;
    const std::string limited = tuning_key(*op, "facts", changed, "program");
    CHECK(key != limited);
    changed.limits = {.workspace_bytes = {}, .code_bytes = 4096};
    CHECK(key != tuning_key(*op, "facts", changed, "program"));
    CHECK(limited != tuning_key(*op, "facts", changed, "program"));
    changed = options;
    changed.jobs = 7;
    changed.name = "another";
    CHECK(key == tuning_key(*op, "facts", changed, "program"));
}

TEST_CASE("a replayed decision gives the same kernel without a search") {
    const auto op = frontends::operator_from("matmul:m=32,n=48,k=16");
    const auto machine = targets::machine_named("zen5");
    REQUIRE((op.ok() && machine.ok()));
    TuneOptions options{.candidates = 200};
    const auto first = tune(*op, *machine, options);
    REQUIRE(first.ok());
    REQUIRE_FALSE(first->top.empty());
    const auto decided = decided_from(to_text(decided_by(*first)), "test");
    REQUIRE(decided.ok());
    options.decided = *decided;
    const auto second = tune(*op, *machine, options);
    REQUIRE(second.ok());
    CHECK(second->remembered);
    CHECK(second->candidates == first->candidates);
    CHECK(second->rejected == first->rejected);
    CHECK(second->top.front().margin_to_next == first->top.front().margin_to_next);
    REQUIRE(second->top.size() == first->top.size());
    for (std::size_t i = 0; i < first->top.size(); ++i) {
        CHECK(second->top[i].id == first->top[i].id);
        CHECK(second->top[i].cost.seconds == first->top[i].cost.seconds);
    }
    CHECK(second->emitted->object == first->emitted->object);

    options.decided->top = {second->space_size};  // no id of this space: searched again
    const auto third = tune(*op, *machine, options);
    REQUIRE(third.ok());
    CHECK_FALSE(third->remembered);
    CHECK(third->emitted->object == first->emitted->object);
}

}  // namespace
}  // namespace saku::tuner
