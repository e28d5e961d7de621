// What a candidate takes at the least is never more than what its table says.
#include "tuner/least_work.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "costmodel/estimate.h"
#include "features/registers.h"
#include "features/table_of.h"
#include "tests/tuner/operators.h"
#include "tests/tuner/random_operators.h"
#include "tuner/evaluate.h"

namespace saku::tuner {

namespace {

constexpr double any_limit = std::numeric_limits<double>::infinity();

/// A candidate's least work, and the same by its table.
struct Both {
    LeastWork least;
    costmodel::Appraisal own;
    double spilled = 0;
};

class Pricing {
public:
    Pricing(const std::string& op, const std::string& machine, int threads)
        : space_(space_of(op, machine, threads)),
          pricer_(pricer_for(space_, tests::machine_named(machine), *costmodel::built_in_coefficients(), threads)) {}

    [[nodiscard]] const Space& space() const { return space_; }

    /// Empty where steps do not apply, or the loops are not covered.
    std::optional<Both> price(Id id, std::size_t sketch) {
        const auto& shape = pricer_.templates[sketch];
        if (!shape) return {};
        Both both;
        const Decisions decisions = decisions_of(space_, id);
        const Wanted nothing{.model = pricer_.model, .most_seconds = -1, .most_spilled = any_limit};
        const auto wanted = produce_wanted_table(*shape, (*space_.sketches)[sketch], space_.laid_out[sketch], decisions,
                                                 nothing, scratch_, both.least);
        if (!wanted) return {};
        REQUIRE(wanted->ok());
        CHECK_FALSE(**wanted);
        const auto nest = scheduled(space_.plain, schedule_of(space_, id));
        if (!nest) return {};
        const auto table = features::table_of(*nest);
        costmodel::Resources resources;
        const auto own = costmodel::estimate_within(*table, pricer_.model, {}, any_limit, resources);
        if (!own) return {};
        both.own = *own;
        both.spilled = features::worst_spill(*table, pricer_.model.vector, pricer_.model.vector_registers);
        return both;
    }

private:
    static Space space_of(const std::string& op, const std::string& machine, int threads) {
        auto space = make_space(tests::operator_named(op), tests::machine_named(machine), {.threads = threads});
        REQUIRE(space.ok());
        return std::move(*space);
    }

    Space space_;
    Pricer pricer_;
    TableScratch scratch_;
};

/// Prices random ids of every sketch.
template <class Visit>
void for_random_ids(Pricing& pricing, int draws, Random& random, const Visit& visit) {
    for (std::size_t s = 0; s < pricing.space().sketches->size(); ++s) {
        for (int draw = 0; draw < draws; ++draw) {
            const Id id = random_id_in(pricing.space().ids, static_cast<int>(s), random);
            INFO(to_text(pricing.space(), id));
            if (const auto both = pricing.price(id, s)) visit(*both);
        }
    }
}

void check_bound(const Both& both) {
    CHECK(both.least.seconds <= both.own.least_seconds * (1 + 1e-9));
    CHECK(both.least.spilled <= both.spilled + 1e-9);
}

constexpr const char* operators[] = {"matmul:m=96,n=192,k=160",
                                     "matmul:m=17,n=479,k=61,ta=1",
                                     "matmul:m=300,n=1,k=500",
                                     "conv2d:c=16,h=28,w=28,k=48,r=3,s=3,pad=1",
                                     "conv2d:c=3,h=30,w=30,k=20,r=5,s=5,stride=2,pad=2",
                                     "conv2d:c=32,h=14,w=14,k=64,r=1,s=1",
                                     "depthwise_conv2d:c=64,h=28,w=28,r=3,s=3,pad=1"};

}  // namespace

TEST_CASE("the least work is a lower bound: known operators, machines and threads") {
    Random random(11);
    for (const char* op : operators) {
        for (const char* machine : {"zen4", "zen5", "neoverse-v1", "apple-m1"}) {
            for (const int threads : {1, 2, 7}) {
                INFO(std::string(op), " on ", std::string(machine), ", ", threads, " threads");
                Pricing pricing(op, machine, threads);
                for_random_ids(pricing, 60, random, check_bound);
            }
        }
    }
}

TEST_CASE("the least work is a lower bound: random operators") {
    Random random(12);
    for (int draw = 0; draw < 60; ++draw) {
        const std::string op = tests::random_classic(random);
        const auto made = frontends::operator_from(op);
        if (!made) continue;
        INFO(op);
        Pricing pricing(op, draw % 2 == 0 ? "zen4" : "zen5", 1 + draw % 3);
        for_random_ids(pricing, 40, random, check_bound);
    }
}

TEST_CASE("the least work is most of the work") {
    Random random(13);
    const auto close = [&](const char* op, double part) {
        Pricing pricing(op, "zen4", 1);
        int all = 0;
        int reached = 0;
        for_random_ids(pricing, 300, random, [&](const Both& both) {
            ++all;
            reached += both.least.seconds >= part * both.own.least_seconds ? 1 : 0;
        });
        REQUIRE(all > 100);
        return static_cast<double>(reached) / all;
    };
    struct Case {
        const char* op;
        double part;   ///< of a candidate's own least seconds
        double often;  ///< candidates that reach it
    };
    for (const Case& c : {Case{"matmul:m=96,n=192,k=160", 0.9, 0.8},
                          {"conv2d:c=32,h=14,w=14,k=64,r=1,s=1", 0.5, 0.8},
                          {"conv2d:c=16,h=28,w=28,k=48,r=3,s=3,pad=1", 0.5, 0.5},
                          {"depthwise_conv2d:c=64,h=28,w=28,r=3,s=3,pad=1", 0.3, 0.5}}) {
        CAPTURE(std::string(c.op));
        const double reached = close(c.op, c.part);
        CAPTURE(reached);
        CHECK(reached > c.often);
    }
}

TEST_CASE("most tiles that spill are known by their least work") {
    Random random(14);
    Pricing pricing("matmul:m=96,n=192,k=160", "zen4", 1);
    int spilling = 0;
    int known = 0;
    for_random_ids(pricing, 600, random, [&](const Both& both) {
        spilling += both.spilled > 4 ? 1 : 0;
        known += both.least.spilled > 4 ? 1 : 0;
    });
    REQUIRE(spilling > 20);
    CHECK(known > 0.9 * spilling);
}

}  // namespace saku::tuner
