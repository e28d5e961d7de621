#include "bench/measured.h"

#include <optional>

#include "bench/peak.h"
#include "bench/reference.h"

namespace saku::bench {
namespace {

/// A contender ready to be timed; none where it has no implementation or its result is wrong.
using Ready = std::unique_ptr<Prepared>;

/// Prepares, runs once and checks; `entry` says what was found.
Ready checked(const Contender& contender, const Problem& problem, const Operands& operands,
              const tuner::ReferenceData& expected, Entry& entry) {
    entry.contender = contender.name;
    entry.role = contender.role;
    auto prepared = contender.prepare(problem, operands);
    if (!prepared) {
        entry.failure = prepared.error().text();
        return nullptr;
    }
    (*prepared)->run();
    entry.note = (*prepared)->note();
    const std::string wrong = difference(problem, expected, (*prepared)->output());
    if (wrong.empty()) return *std::move(prepared);
    entry.is_wrong = true;
    entry.failure = "wrong result: " + wrong;
    return nullptr;
}

double read_bytes(const Problem& problem) { return bytes(problem) - written_bytes(problem); }

/// The loops beside the contenders: with the threads of the contenders, and with one where those are several.
struct Loops {
    FmaLoop fma;
    MoveLoop moving;
    std::optional<FmaLoop> single_fma = {};
    std::optional<MoveLoop> single_moving = {};
    int threads;

    Loops(const Problem& problem, int thread_count)
        : fma(flops(problem), thread_count),
          moving(read_bytes(problem), written_bytes(problem), thread_count),
          threads(thread_count) {
        if (threads == 1) return;
        single_fma.emplace(flops(problem), 1);
        single_moving.emplace(read_bytes(problem), written_bytes(problem), 1);
    }

    std::vector<std::function<void()>> things() {
        std::vector<std::function<void()>> all{[this] { fma.run(); }, [this] { moving.run(); }};
        if (single_fma) all.emplace_back([this] { single_fma->run(); });
        if (single_moving) all.emplace_back([this] { single_moving->run(); });
        return all;
    }

    void read(const std::vector<Timing>& timings, Row& row) const {
        row.peak_gflops = fma.flops() / timings[0].median * 1e-9;
        row.move_gbps = moving.bytes() / timings[1].median * 1e-9;
        if (!single_fma) return;
        row.loop_scaling = LoopScaling{
            .fma = row.peak_gflops / (single_fma->flops() / timings[2].median * 1e-9),
            .moving = row.move_gbps / (single_moving->bytes() / timings[3].median * 1e-9),
            .threads = threads,
        };
    }
};

tuner::SharedSamples shared_samples(const MeasuringOptions& options) {
    return options.watch == nullptr ? tuner::SharedSamples{} : options.watch->shared_samples();
}

}  // namespace

Row measured(const Problem& problem, const std::vector<Contender>& contenders, const MeasuringOptions& options) {
    const Operands operands = random_operands(problem);
    Row row{.problem = problem, .entries = std::vector<Entry>(contenders.size())};
    std::vector<Ready> ready;
    Loops loops(problem, options.threads);
    std::vector<std::function<void()>> things = loops.things();
    const std::size_t loop_count = things.size();
    std::vector<std::size_t> timed;  // things[loop_count + i] is the contender timed[i]
    {
        const tuner::ReferenceData expected = reference(problem, operands);
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            ready.push_back(checked(contenders[i], problem, operands, expected, row.entries[i]));
            if (!ready.back()) continue;
            things.emplace_back([prepared = ready.back().get()] { prepared->run(); });
            timed.push_back(i);
        }
    }
    std::optional<Pinned> pinned;
    if (options.threads == 1) pinned.emplace(options.cpu);
    const tuner::SharedSamples before = shared_samples(options);
    const std::vector<Timing> timings = time_interleaved(things, options.timing, options.watch);
    const tuner::SharedSamples after = shared_samples(options);
    row.shared = {.retaken = after.retaken - before.retaken, .counted = after.counted - before.counted};
    loops.read(timings, row);
    for (std::size_t i = 0; i < timed.size(); ++i) row.entries[timed[i]].timing = timings[loop_count + i];
    return row;
}

}  // namespace saku::bench
