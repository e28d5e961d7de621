// Traffic of scheduled nests - tiled, packed, register-tiled, convolutions - against the cache simulator.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "schedules/schedule.h"
#include "tests/features/cache_simulator.h"
#include "tests/features/nests.h"
#include "tests/features/rank_correlation.h"

namespace saku::tests {

namespace {

constexpr double line_bytes = 32;  // eight f32 elements

using Choices = std::vector<std::string>;

const std::string& any(Random& random, const Choices& choices) {
    return choices[static_cast<std::size_t>(random.below(choices.size()))];
}

struct Scheduled {
    std::string op;
    std::string steps;
};

Scheduled tiled_gemm(Random& random) {
    const std::string op = "matmul:m=" + any(random, {"19", "24", "32"}) + ",n=" + any(random, {"24", "40", "37"}) +
                           ",k=" + any(random, {"16", "31", "48"});
    return {op, "split(i, " + any(random, {"2", "4", "5"}) + ", i_o, i_i) split(j, " + any(random, {"8", "16"}) +
                    ", j_o, j_i) split(k, " + any(random, {"4", "8", "16"}) + ", k_o, k_i) reorder(" +
                    any(random, {"i_o, j_o, k_o", "j_o, i_o, k_o", "k_o, j_o, i_o", "j_o, k_o, i_o"}) + ", " +
                    any(random, {"k_i, i_i, j_i", "i_i, k_i, j_i", "j_i, i_i, k_i"}) + ")"};
}

Scheduled packed_gemm(Random& random) {
    const std::string op = "matmul:m=" + any(random, {"19", "24", "32"}) + ",n=" + any(random, {"24", "40", "64"}) +
                           ",k=" + any(random, {"16", "31", "48"});
    std::string steps = "split(i, " + any(random, {"2", "4"}) +
                        ", i_o, i_i) split(j, 16, j_o, j_i) split(j_i, 8, j_v, j_l) " + "split(i_o, " +
                        any(random, {"2", "3"}) + ", i_oo, i_m) split(k, " + any(random, {"8", "16"}) +
                        ", k_o, k_i) reorder(" + any(random, {"j_o, k_o, i_oo, i_m", "k_o, i_oo, j_o, i_m"}) +
                        ", k_i, i_i, j_v, j_l) accumulate(k_i, acc) pack(b, \"\", b_p, axes(j_o, k_o, k_i, j_v, j_l)) ";
    if (random.below(2) == 0) steps += "pack(a, i_oo, a_p, axes(i_m, k_i, i_i)) ";
    return {op, steps + "unroll(i_i) unroll(j_v) vectorize(j_l)"};
}

Scheduled tiled_convolution(Random& random) {
    const std::string op = "conv2d:c=" + any(random, {"3", "8"}) + ",h=" + any(random, {"8", "11"}) +
                           ",w=" + any(random, {"12", "16"}) + ",k=" + any(random, {"8", "16"}) +
                           ",r=3,s=3,pad=1,stride=" + any(random, {"1", "2"});
    return {op, "split(o, " + any(random, {"4", "8"}) + ", o_o, o_i) split(x, " + any(random, {"3", "4", "8"}) +
                    ", x_o, x_i) split(y, 2, y_o, y_i) reorder(b, g, " +
                    any(random, {"o_o, y_o, x_o", "y_o, x_o, o_o", "y_o, o_o, x_o"}) + ", " +
                    any(random, {"i, u, v, y_i, x_i, o_i", "y_i, i, u, v, o_i, x_i", "o_i, y_i, x_i, i, u, v"}) + ")"};
}

Scheduled packed_convolution(Random& random) {
    const std::string op = "conv2d:c=" + any(random, {"3", "8"}) + ",h=" + any(random, {"8", "11"}) +
                           ",w=" + any(random, {"12", "16"}) + ",k=" + any(random, {"16", "24"}) + ",r=3,s=3,pad=1";
    std::string steps = "split(o, 8, o_o, o_l) split(x, " + any(random, {"3", "4"}) + ", x_o, x_i) reorder(b, g, " +
                        any(random, {"o_o, y, x_o", "y, x_o, o_o", "y, o_o, x_o"}) + ", i, u, v, x_i, o_l) ";
    if (random.below(2) == 0) steps += "pack(in, body, in_p, region, 8) ";
    return {op,
            steps + "pack(wt, \"\", wt_p, axes(g, o_o, i, u, v, o_l)) accumulate(i, acc) unroll(x_i) vectorize(o_l)"};
}

/// What may be expected of one kind of nests: of all cases, the part within 10 % and within a factor of 1.5, and the
/// rank correlation.
struct Kind {
    const char* name;
    Scheduled (*make)(Random&);
    double within_tenth;
    double within_half;
    double spearman;
};

const Kind kinds[] = {
    {"tiled matrix products", tiled_gemm, 0.5, 0.75, 0.93},
    {"packed matrix products", packed_gemm, 0.45, 0.9, 0.95},
    {"tiled convolutions", tiled_convolution, 0.55, 0.75, 0.93},
    {"packed convolutions", packed_convolution, 0.55, 0.9, 0.95},
};

ir::LoopNest nest_of(const Scheduled& scheduled) {
    const auto op = frontends::operator_from(scheduled.op);
    REQUIRE(op.ok());
    const auto schedule = schedules::schedule_from_text(scheduled.steps);
    REQUIRE_MESSAGE(schedule.ok(), (schedule.ok() ? std::string() : schedule.error().text()));
    auto nest = schedules::apply(ir::lower(*op), *schedule);
    REQUIRE_MESSAGE(nest.ok(), scheduled.steps, (nest.ok() ? std::string() : nest.error().text()));
    return *std::move(nest);
}

}  // namespace

TEST_CASE("scheduled nests: total traffic is close to that of a simulated cache, and ranks as it does") {
    for (const Kind& kind : kinds) {
        Random random(5);
        std::vector<double> modelled;
        std::vector<double> simulated;
        double within_tenth = 0;
        double within_half = 0;
        for (int sample = 0; sample < 8; ++sample) {
            const ir::LoopNest nest = nest_of(kind.make(random));
            for (const std::int64_t lines : {16, 64, 300}) {
                double total = 0;
                for (const auto& buffer : traffic_of(nest, sharp_level(static_cast<double>(lines) * line_bytes),
                                                     line_bytes, features::Residence::cold)) {
                    total += buffer.fetched[0];
                }
                modelled.push_back(total);
                NestSimulator simulator(nest, static_cast<std::int64_t>(line_bytes), LruCache(1, lines));
                simulated.push_back(simulator.run().total());
                const double ratio = modelled.back() / simulated.back();
                within_tenth += ratio > 0.9 && ratio < 1.1 ? 1 : 0;
                within_half += ratio > 1 / 1.5 && ratio < 1.5 ? 1 : 0;
            }
        }
        const auto all = static_cast<double>(modelled.size());
        const double rho = spearman(modelled, simulated);
        INFO(std::string(kind.name), ": ", within_tenth, " within 10 %, ", within_half, " within a factor of 1.5, of ",
             all, "; Spearman ", rho);
        CHECK(within_tenth / all >= kind.within_tenth);
        CHECK(within_half / all >= kind.within_half);
        CHECK(rho >= kind.spearman);
    }
}

}  // namespace saku::tests
