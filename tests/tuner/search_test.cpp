#include "tuner/search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace saku::tuner {

namespace {

/// Two sketches of six holes; digits below 2 of the first hole are one class.
IdSpace test_space() {
    IdSpace space;
    space.numbering = *number_sketches({{8, 9, 7, 6, 3, 4}, {5, 9, 9, 4, 4, 2}});
    space.ordered = {{true, true, true, true, false, false}, {true, true, true, false, false, false}};
    space.canonical = [](Point& point) {
        if (point.digits[0] == 1) point.digits[0] = 0;
    };
    return space;
}

/// A bowl with its bottom at (5, 3, 6, 1, 2, 0) of sketch 0, ripples, and a forbidden region.
Outcome cost_of(const IdSpace& space, Id id) {
    const Point point = point_of(space.numbering, id);
    constexpr int bottom[] = {5, 3, 6, 1, 2, 0};
    double cost = point.sketch == 0 ? 1.0 : 3.0;
    for (std::size_t h = 0; h < point.digits.size(); ++h) {
        const double distance = point.digits[h] - bottom[h];
        cost += distance * distance * (1.0 + 0.2 * static_cast<double>(h));
        cost += (point.digits[h] * 7 + static_cast<int>(h)) % 3 == 0 && distance != 0 ? 1.5 : 0;
    }
    const bool forbidden = point.digits[1] == 8;
    return {.id = id, .priced = !forbidden, .cost = cost};
}

struct Run {
    std::vector<Id> asked;
    Outcome best;
};

Run run(Search& search, const IdSpace& space, std::size_t budget, std::size_t batch) {
    Run result;
    while (result.asked.size() < budget) {
        const std::vector<Id> ids = search.ask(std::min(batch, budget - result.asked.size()));
        if (ids.empty()) break;
        std::vector<Outcome> outcomes;
        for (const Id id : ids) {
            CHECK(canonical_id(space, id) == id);
            outcomes.push_back(cost_of(space, id));
            if (result.asked.empty() || better(outcomes.back(), result.best)) result.best = outcomes.back();
            result.asked.push_back(id);
        }
        search.tell(outcomes);
    }
    CHECK(result.asked.size() <= budget);
    CHECK(std::set<Id>(result.asked.begin(), result.asked.end()).size() == result.asked.size());
    return result;
}

Run run(const std::string& strategy, std::size_t budget, std::uint64_t seed, std::size_t batch = 256) {
    const IdSpace space = test_space();
    auto search = make_search(space, {.strategy = strategy, .seed = seed, .budget = budget});
    REQUIRE(search.ok());
    return run(**search, space, budget, batch);
}

}  // namespace

TEST_CASE("every strategy finds the bottom of a rippled bowl") {
    const IdSpace space = test_space();
    const Id bottom = id_of(space.numbering, Point{.sketch = 0, .digits = {5, 3, 6, 1, 2, 0}});
    CHECK(run("exhaustive", 100000, 0).best.id == bottom);
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
        CHECK(run("beam", 3000, seed).best.id == bottom);
        CHECK(run("evolution", 3000, seed).best.id == bottom);
        CHECK(run("default", 3000, seed).best.id == bottom);
    }
}

TEST_CASE("guided searches beat random ones of the same budget") {
    double random = 0;
    double guided = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
        random += run("random", 600, seed).best.cost;
        guided += run("default", 600, seed).best.cost;
    }
    CHECK(guided < 0.8 * random);
}

TEST_CASE("exhaustive looks at every canonical id, once, in order") {
    const Run all = run("exhaustive", 100000, 0);
    const IdSpace space = test_space();
    std::size_t canonical = 0;
    for (Id id = 0; id < space.numbering.size; ++id) canonical += canonical_id(space, id) == id ? 1 : 0;
    CHECK(all.asked.size() == canonical);
    CHECK(std::is_sorted(all.asked.begin(), all.asked.end()));
}

TEST_CASE("exhaustive says so when there is too much to look at") {
    const IdSpace space = test_space();
    const auto search = exhaustive_search(space, 100);
    const Run part = run(*search, space, 100, 30);
    CHECK(part.asked.size() > 50);
    CHECK(part.asked.back() > space.numbering.size / 2);  // spread over the space
    CHECK(search->remark().find("too many") != std::string::npos);
    const auto whole = exhaustive_search(space, 100000);
    static_cast<void>(run(*whole, space, 100000, 1000));
    CHECK(whole->remark().empty());
}

TEST_CASE("random exhausts small spaces and ends") {
    const IdSpace space = test_space();
    const auto search = random_search(space, 3);
    CHECK(run(*search, space, 1000000, 5000).asked.size() > space.numbering.size / 2);
}

TEST_CASE("a search is a function of seed and outcomes, and asks for canonical ids") {
    const IdSpace space = test_space();
    for (const std::string& strategy : search_names()) {
        for (const Id id : run(strategy, 1500, 7).asked) CHECK(canonical_id(space, id) == id);
        CHECK(run(strategy, 1500, 7).asked == run(strategy, 1500, 7).asked);
    }
    CHECK(run("evolution", 1500, 7).asked != run("evolution", 1500, 8).asked);
}

TEST_CASE("costs beyond the cutoff do not matter") {
    const IdSpace space = test_space();
    for (const std::string& strategy : search_names()) {
        INFO(strategy);
        for (const std::size_t batch : {37, 256}) {
            auto search = make_search(space, {.strategy = strategy, .seed = 9, .budget = 1500});
            REQUIRE(search.ok());
            std::vector<Id> asked;
            std::size_t withheld = 0;
            while (asked.size() < 1500) {
                const std::vector<Id> ids = (*search)->ask(std::min(batch, 1500 - asked.size()));
                if (ids.empty()) break;
                std::vector<Outcome> outcomes;
                for (const Id id : ids) {
                    Outcome outcome = cost_of(space, id);
                    if (outcome.priced && outcome.cost > (*search)->cutoff(point_of(space.numbering, id).sketch)) {
                        outcome = {.id = id, .priced = false, .cost = 0};
                        ++withheld;
                    }
                    outcomes.push_back(outcome);
                    asked.push_back(id);
                }
                (*search)->tell(outcomes);
            }
            CHECK(withheld > 100);
            CHECK(asked == run(strategy, 1500, 9, batch).asked);
        }
    }
}

TEST_CASE("a space where nothing is legal ends without a result") {
    const IdSpace space = test_space();
    for (const std::string& strategy : search_names()) {
        auto search = make_search(space, {.strategy = strategy, .seed = 1, .budget = 500});
        std::size_t asked = 0;
        for (;;) {
            const std::vector<Id> ids = (*search)->ask(std::min<std::size_t>(100, 500 - asked));
            if (ids.empty()) break;
            std::vector<Outcome> outcomes;
            for (const Id id : ids) outcomes.push_back({.id = id, .priced = false, .cost = 0});
            (*search)->tell(outcomes);
            asked += ids.size();
            if (asked >= 500) break;
        }
        CHECK(asked > 0);
    }
}

TEST_CASE("unknown strategies are errors that list what there is") {
    const IdSpace space = test_space();
    const auto search = make_search(space, {.strategy = "magic", .seed = 0, .budget = 10});
    REQUIRE_FALSE(search.ok());
    CHECK(search.error().text() ==
          "--search: unknown search 'magic', expected one of default, exhaustive, random, beam, evolution");
}

}  // namespace saku::tuner
