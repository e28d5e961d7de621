// How far the lower bounds of candidates that a search passes over, those of their like (tuner/precedents.h), are from
// their own: the search of `saku tune` again, and behind it everything that it took to be dearer priced by itself. What
// it took to spill registers is not looked at.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "bench/problem.h"
#include "targets/machine_file.h"
#include "tuner/explore.h"
#include "tuner/tune.h"

namespace saku::bench {
namespace {

constexpr std::array parts{0.5, 0.75, 0.9, 0.95, 0.99};

struct Likes {
    std::size_t drawn = 0;
    std::size_t passed_over = 0;   ///< candidates, and what was taken to be rejected
    std::size_t rejected = 0;      ///< candidates of them that some gate refuses
    std::size_t wrong = 0;         ///< candidates of them that would have been among the best
    std::vector<double> off = {};  ///< how far: the larger of own least seconds and the like's by the smaller, less 1
};

Result<Likes> likes_of(const ir::Operator& op, const targets::Machine& machine, int threads) {
    SAKU_TRY(space, tuner::make_space(op, machine, {.threads = threads}));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    const tuner::Pricer pricer = tuner::pricer_for(space, machine, coefficients, threads);
    SAKU_TRY(found, tuner::explore(pricer, {.search = {.budget = tuner::default_candidates},
                                            .keep = tuner::most_kept,
                                            .at_first = tuner::kept_at_first,
                                            .by_precedent = true}));
    Likes likes{.drawn = found.candidates, .passed_over = found.passed_over};
    for (const auto& [reason, count] : found.rejected) likes.drawn += count;
    tuner::TableScratch scratch;
    for (const tuner::Dearer& dearer : found.dearer) {
        if (!dearer.passed_over) continue;
        const auto own = tuner::price_within(pricer, dearer.id, scratch, std::numeric_limits<double>::infinity());
        if (!own) {
            ++likes.rejected;
            continue;
        }
        const auto [least, most] = std::minmax(own->even_seconds, dearer.least_seconds);
        likes.off.push_back(most / least - 1);
        likes.wrong += own->cost->seconds < found.best.back().cost.seconds ? 1 : 0;
    }
    std::sort(likes.off.begin(), likes.off.end());
    return likes;
}

int run(int argc, char** argv) {
    CLI::App app{"Compares the lower bounds of candidates that are passed over with their own."};
    std::vector<std::string> operators{"matmul:m=512,n=512,k=512",
                                       "matmul:m=1024,n=1024,k=1024",
                                       "conv2d:c=256,h=14,w=14,k=1024,r=1,s=1",
                                       "conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1",
                                       "depthwise_conv2d:c=96,h=56,w=56,r=3,s=3,pad=1",
                                       "matmul:m=16,n=512,k=13"};
    int threads = 1;
    std::string target = "zen5";
    app.add_option("operators", operators, "those of bench/pricing.py and 16x512x13 unless some are named");
    app.add_option("--threads", threads, "that schedules are for (default 1)")->check(CLI::Range(1, 1024));
    app.add_option("--target", target, "a machine by name, or host (default zen5)");
    CLI11_PARSE(app, argc, argv);
    const auto fail = [](const Error& error) {
        std::fprintf(stderr, "%s\n", error.text().c_str());
        return 2;
    };
    const auto machine = targets::machine_for_target(target);
    if (!machine) return fail(machine.error());
    std::printf(
        "least seconds of the like and its own differ by at most, for so many of what was passed over\n"
        "%-48s  passed over  50 %%   75 %%   90 %%   95 %%   99 %%    rejected  among the best\n",
        "operator");
    for (const std::string& text : operators) {
        const auto problem = problem_from(text);
        if (!problem) return fail(problem.error());
        const auto likes = likes_of(problem->op, *machine, threads);
        if (!likes) return fail(likes.error());
        std::printf("%-48s  %9.0f %%", text.c_str(),
                    100.0 * static_cast<double>(likes->passed_over) / static_cast<double>(likes->drawn));
        for (const double part : parts) {
            const auto at = static_cast<std::size_t>(part * static_cast<double>(likes->off.size()));
            std::printf("  %3.1f %%", likes->off.empty() ? 0.0 : 100 * likes->off[at]);
        }
        std::printf("  %9zu  %zu of %zu\n", likes->rejected, likes->wrong, likes->off.size());
    }
    return 0;
}

}  // namespace
}  // namespace saku::bench

int main(int argc, char** argv) { return saku::bench::run(argc, argv); }
