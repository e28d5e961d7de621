#include "tuner/machine_code.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/tuner/operators.h"
#include "tuner/evaluate.h"

namespace saku::tuner {

namespace {

/// Candidates of random ids, cheapest first: many inner regions, some of which spill.
std::vector<Priced> priced(const Pricer& pricer, std::size_t count) {
    std::vector<Priced> candidates;
    Random random(5);
    TableScratch scratch;
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = random_id(pricer.space.ids, random);
        REQUIRE(id.has_value());
        if (auto cost = price(pricer, *id, scratch)) candidates.push_back({.id = *id, .cost = *cost});
    }
    std::sort(candidates.begin(), candidates.end(),
              [](const Priced& a, const Priced& b) { return a.cost.seconds < b.cost.seconds; });
    return candidates;
}

/// Calls work(space, candidates, machine) for 40 candidates of the operator.
template <class Work>
void with_candidates(const char* text, const Work& work) {
    const ir::Operator op = tests::operator_named(text);
    const targets::Machine& machine = tests::machine_named("zen4");
    const auto space = make_space(op, machine, {.threads = 1});
    const auto coefficients = costmodel::built_in_coefficients();
    REQUIRE(space.ok());
    REQUIRE(coefficients.ok());
    work(*space, priced(pricer_for(*space, machine, *coefficients, 1), 40), machine);
}

std::vector<Id> ids(const CodeSelection& selection) {
    std::vector<Id> ids;
    for (const Priced& accepted : selection.accepted) ids.push_back(accepted.id);
    return ids;
}

}  // namespace

TEST_CASE("what is looked at does not depend on how many regions are compiled at once") {
    for (const char* text : {"matmul:m=20,n=40,k=9", "conv2d:c=2,h=5,w=5,k=20,r=2,s=2"}) {
        with_candidates(text, [&](const Space& space, const std::vector<Priced>& all, const targets::Machine& machine) {
            for (const std::size_t wanted : {std::size_t{2}, std::size_t{5}}) {
                for (const std::size_t most_compiled : {std::size_t{5}, std::size_t{9}}) {
                    INFO(text, " ", wanted, " ", most_compiled);
                    // A part at once, the others when they are asked for.
                    const auto select = [&](int jobs) {
                        std::vector<Priced> candidates(all.begin(), all.begin() + 4);
                        return select_by_code(space, candidates, machine.codegen,
                                              {.wanted = wanted,
                                               .most_compiled = most_compiled,
                                               .most_instructions = 20'000,
                                               .jobs = jobs,
                                               .extend = [&] { candidates = all; }});
                    };
                    const CodeSelection one = select(1);
                    CHECK(one.regions <= most_compiled);
                    CHECK(one.regions <= one.looks.size());
                    CHECK((one.accepted.size() == wanted || one.regions == most_compiled || one.looks.size() > wanted));
                    const CodeSelection several = select(3);
                    CHECK(ids(several) == ids(one));
                    CHECK(several.regions == one.regions);
                    CHECK(several.rejected == one.rejected);
                    REQUIRE(several.looks.size() == one.looks.size());
                    for (std::size_t i = 0; i < one.looks.size(); ++i) {
                        CHECK(several.looks[i].id == one.looks[i].id);
                        CHECK(several.looks[i].verdict == one.looks[i].verdict);
                        CHECK(several.looks[i].spills == one.looks[i].spills);
                    }
                }
            }
        });
    }
}

TEST_CASE("no more regions are compiled than it takes") {
    with_candidates("matmul:m=40,n=60,k=30", [&](const Space& space, const std::vector<Priced>& all,
                                                 const targets::Machine& machine) {
        const CodeSelection selection = select_by_code(
            space, all, machine.codegen, {.wanted = 2, .most_compiled = 40, .most_instructions = 40'000, .jobs = 4});
        REQUIRE(selection.accepted.size() == 2);
        CHECK(selection.looks.back().id == selection.accepted.back().id);
        CHECK(selection.regions <= selection.looks.size());
        // Each verdict is that of the candidate's own code, or of another one with the same region.
        const auto nest = scheduled(space.plain, schedule_of(space, selection.accepted.front().id));
        REQUIRE(nest.ok());
        CHECK(inspect_code(*nest, machine.codegen).accepted);
    });
}

}  // namespace saku::tuner
