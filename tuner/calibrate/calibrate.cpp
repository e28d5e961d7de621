#include "tuner/calibrate/calibrate.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "features/parallelism.h"
#include "tuner/calibrate/rounds.h"
#include "tuner/calibrate/working_set.h"
#include "tuner/guarded_memory.h"
#include "tuner/pinned.h"

namespace saku::tuner {

namespace {

using targets::Figure;

constexpr std::int64_t page_bytes = 4096;
constexpr std::int64_t most_bytes = std::int64_t{512} << 20;  ///< of one working set
constexpr std::int64_t kibi = 1024;
constexpr std::int64_t steps_in_caches = std::int64_t{1} << 20;
constexpr std::int64_t steps_in_memory = std::int64_t{1} << 14;

std::string kilobytes(std::int64_t bytes) { return std::to_string(bytes / kibi) + " KiB"; }

/// What one core can count on.
std::int64_t capacity(const targets::Cache& cache) { return cache.effective_bytes_per_core.value_or(cache.size_bytes); }

/// Positions in the list of probes.
struct CacheProbes {
    std::size_t loads = 0;
    std::size_t stores = 0;
    std::size_t chase = 0;
    std::vector<std::pair<std::int64_t, std::size_t>> table = {};  ///< by bytes
};

/// Everything that is timed, and the memory it needs.
class Bench {
public:
    Bench(const targets::Machine& machine, const targets::Probes& code)
        : machine_(machine), code_(code), line_bytes_(machine.caches.front().line_bytes) {}

    Fitted<Done> prepare() {
        add_arithmetic();
        for (const targets::Cache& cache : machine_.caches) {
            if (!add_cache(cache)) return NotApplicable{"not enough memory", kilobytes(capacity(cache)) + " wanted"};
        }
        add_memory();
        return Done{};
    }

    /// Nothing before this was timed.
    std::vector<double> run(const RoundOptions& options) { return time_in_rounds(code_, probes_, options); }

    void fill(targets::Calibration& calibration) const {
        for (std::size_t i = 0; i < caches_.size(); ++i) calibration.caches.push_back(figures_of(i));
        if (memory_chase_)
            calibration.memory = {.latency_cycles = latency(*memory_chase_),
                                  .load_bytes_per_cycle = figure(*memory_loads_)};
        drop_doubtful(calibration);
        const auto vectors = [&](std::size_t probe, const std::string& what) {
            std::vector<double> each = probes_[probe].units_per_cycle;
            for (double& value : each) value /= code_.vector_bytes;
            return figure_of(
                each, what + " of " + std::to_string(8 * code_.vector_bytes) + " bits, " + probes_[probe].method);
        };
        calibration.ports = {.multiply_adds_per_cycle = figure(arithmetic_),
                             .loads_per_cycle = vectors(caches_[0].loads, "loads"),
                             .stores_per_cycle = vectors(caches_[0].stores, "stores")};
    }

private:
    void add_arithmetic() {
        constexpr std::int64_t iterations = 1000;
        arithmetic_ = add({.run = [this] { code_.multiply_adds(iterations, scratch_.data()); },
                           .units = static_cast<double>(iterations) * code_.chains,
                           .method = std::to_string(code_.chains) + " independent chains of multiply-adds"});
    }

    std::size_t add(Probe probe) {
        probes_.push_back(std::move(probe));
        return probes_.size() - 1;
    }

    /// A multiple of what a pass takes at once and of a page.
    [[nodiscard]] std::int64_t rounded(std::int64_t bytes) const {
        const std::int64_t unit = std::max<std::int64_t>(page_bytes, code_.bytes_of_pass);
        return std::max(unit, bytes / unit * unit);
    }

    /// The data of a new working set; null where there is no memory, or where it would take most of what is free.
    void* allocate(std::int64_t bytes) {
        const auto available = static_cast<std::int64_t>(available_memory_bytes());
        if (available > 0 && bytes > available / 2) return nullptr;
        std::optional<WorkingSet> set = WorkingSet::of(bytes);
        if (!set) return nullptr;
        sets_.push_back(*std::move(set));
        return sets_.back().data();
    }

    std::size_t add_sweep(void* data, std::int64_t bytes, bool stores) {
        const auto sweep = stores ? code_.stores : code_.loads;
        return add({.run = [=] { sweep(data, bytes, 1); },
                    .units = static_cast<double>(bytes),
                    .method = std::string(stores ? "writing " : "reading ") + kilobytes(bytes) + " over and over"});
    }

    /// In the last working set. One run goes on where the one before stopped, so that it need not be the whole way: it
    /// must be in caches, where the run before the timed one is to bring the lines back.
    std::size_t add_chase(std::int64_t bytes, std::int64_t most_steps) {
        void* const start = sets_.back().thread_pointers(bytes, line_bytes_);
        const std::int64_t steps =
            std::min(bytes / line_bytes_, most_steps) / code_.steps_of_chase * code_.steps_of_chase;
        return add({.run = [this, steps, at = start]() mutable { at = code_.chase(at, steps); },
                    .units = static_cast<double>(steps),
                    .method = "a chain of pointers through " + kilobytes(bytes) + ", lines in random order"});
    }

    bool add_cache(const targets::Cache& cache) {
        const std::int64_t bytes = rounded(std::min(capacity(cache) / 2, most_bytes));
        // Little more than what the cache before holds: the more, the more of it do other users of the processor take.
        const std::int64_t before = caches_.empty() ? bytes : capacity(machine_.caches[caches_.size() - 1]);
        const std::int64_t chased = rounded(std::min(bytes, 2 * before));
        void* const data = allocate(bytes);
        if (data == nullptr || allocate(chased) == nullptr) return false;
        CacheProbes probes{.loads = add_sweep(data, bytes, false),
                           .stores = add_sweep(data, bytes, true),
                           .chase = add_chase(chased, steps_in_caches)};
        for (const auto& [working_set, unused] : cache.bandwidth_by_working_set) {
            const std::int64_t own = rounded(working_set);
            if (own > most_bytes) continue;
            void* const more = allocate(own);
            if (more == nullptr) return false;
            probes.table.emplace_back(working_set, add_sweep(more, own, false));
        }
        caches_.push_back(std::move(probes));
        return true;
    }

    /// Not where the last cache is so large, or memory so scarce, that much of it would be read from the cache.
    void add_memory() {
        const targets::Cache& last = machine_.caches.back();
        const auto available = static_cast<std::int64_t>(available_memory_bytes());
        std::int64_t bytes = std::min(4 * std::min(last.size_bytes, most_bytes), most_bytes);
        if (available > 0) bytes = std::min(bytes, available / 4);
        bytes = rounded(bytes);
        if (bytes < 2 * capacity(last)) return;
        void* const data = allocate(bytes);
        if (data == nullptr) return;
        const std::size_t loads = add_sweep(data, bytes, false);
        if (allocate(bytes) == nullptr) return;
        memory_loads_ = loads;
        memory_chase_ = add_chase(bytes, steps_in_memory);
    }

    [[nodiscard]] Figure figure(std::size_t probe) const {
        return figure_of(probes_[probe].units_per_cycle, probes_[probe].method);
    }

    [[nodiscard]] Figure latency(std::size_t probe) const {
        std::vector<double> cycles;
        for (const double steps_per_cycle : probes_[probe].units_per_cycle) cycles.push_back(1 / steps_per_cycle);
        return figure_of(cycles, probes_[probe].method);
    }

    /// A cache as slow as what is behind it was not what the chain went through: other users of the processor had it.
    static void drop_doubtful(targets::Calibration& calibration) {
        constexpr double as_slow = 0.8;
        double behind = calibration.memory ? calibration.memory->latency_cycles.value : 0;
        for (std::size_t i = calibration.caches.size(); i-- > 0;) {
            std::optional<Figure>& latency = calibration.caches[i].latency_cycles;
            if (behind > 0 && latency->value > as_slow * behind) {
                latency.reset();
            } else {
                behind = latency->value;
            }
        }
    }

    [[nodiscard]] targets::CacheFigures figures_of(std::size_t level) const {
        const CacheProbes& probes = caches_[level];
        targets::CacheFigures figures{.level = machine_.caches[level].level,
                                      .size_bytes = machine_.caches[level].size_bytes,
                                      .latency_cycles = latency(probes.chase),
                                      .load_bytes_per_cycle = figure(probes.loads),
                                      .store_bytes_per_cycle = figure(probes.stores)};
        for (const auto& [bytes, probe] : probes.table)
            figures.bandwidth_by_working_set.emplace_back(bytes, figure(probe));
        return figures;
    }

    const targets::Machine& machine_;
    const targets::Probes& code_;
    int line_bytes_;
    alignas(64) std::array<float, 64> scratch_{};
    std::vector<WorkingSet> sets_;
    std::vector<Probe> probes_;
    std::size_t arithmetic_ = 0;
    std::vector<CacheProbes> caches_;
    std::optional<std::size_t> memory_loads_;
    std::optional<std::size_t> memory_chase_;
};

/// Seconds of one call, of many.
double call_seconds(const std::function<void()>& call, double sample_seconds) {
    std::int64_t calls = 0;
    const double start = seconds_now();
    double passed = 0;
    for (; passed < sample_seconds; passed = seconds_now() - start, ++calls) call();
    return passed / static_cast<double>(calls);
}

/// What it takes longer to do a little work on each of several threads than once on this one. Empty chunks would not
/// do: the calling thread has them all done before another one wakes up. The work is a chain that leaves most of a core
/// idle, so that two threads of one core do not disturb each other.
std::optional<targets::TopologyFigures> thread_figures(const targets::Probes& code, const CalibrateOptions& options) {
    if (!options.parallel || options.threads < 2) return std::nullopt;
    constexpr std::int64_t iterations = 512;  // some microseconds
    constexpr int parts = 16;
    constexpr double most_spread = 0.3;  // beyond, other programs had the other cores
    const int threads = options.threads;
    const auto work = [&](std::int64_t count) {
        return [&code, count] {
            alignas(64) std::array<float, 16> scratch{};
            code.clock(count, scratch.data());
        };
    };
    const std::function<void()> alone = work(iterations);
    const auto one_each = [&] { options.parallel(threads, threads, work(iterations)); };
    const auto many_each = [&] { options.parallel(std::int64_t{parts} * threads, threads, work(iterations / parts)); };
    const std::function<void()> alone_in_parts = [part = work(iterations / parts)] {
        for (int i = 0; i < parts; ++i) part();
    };
    one_each();  // threads come into being
    std::vector<double> fork_join;
    std::vector<double> chunk;
    for (int round = 0; round < options.rounds; ++round) {
        const double least = call_seconds(alone, options.sample_seconds);
        const double one = call_seconds(one_each, options.sample_seconds);
        const double many = call_seconds(many_each, options.sample_seconds);
        const double in_parts = call_seconds(alone_in_parts, options.sample_seconds);
        fork_join.push_back(std::max(0.0, one - least) * 1e6 / targets::doublings(threads));
        chunk.push_back(std::max(0.0, ((many - one) - (in_parts - least)) / features::takes_of(parts)) * 1e6);
    }
    const std::string how = "saku_parallel_for on " + std::to_string(threads) + " threads, ";
    targets::TopologyFigures figures{
        .fork_join_us = figure_of(
            fork_join,
            how + "one chunk of some microseconds each, less the time of a chunk, by doubling of threads"),
        .chunk_us = figure_of(
            chunk, how + "the same work in 16 chunks each, less that in one, by chunk; less the same on one")};
    if (figures.fork_join_us.spread > most_spread || figures.chunk_us.value <= 0) return std::nullopt;
    return figures;
}

}  // namespace

Fitted<targets::Calibration> calibrate(const targets::Machine& machine, const CalibrateOptions& options) {
    SAKU_TRY(code, targets::load_probes(machine));
    const auto report = [&](double fraction, const std::string& stage) {
        if (options.progress) options.progress(fraction, stage);
    };
    report(0, "threads");
    targets::Calibration calibration{.machine = machine.name,
                                     .cpu = options.cpu,
                                     .when = options.when,
                                     .saku_version = options.saku_version,
                                     .llvm_version = options.llvm_version,
                                     .threads = options.threads,
                                     .topology = thread_figures(code, options)};
    const Pinned pinned;
    Bench bench(machine, code);
    report(0.05, "memory");
    SAKU_TRY_DONE(bench.prepare());
    constexpr double prepared = 0.1;
    const std::vector<double> ghz = bench.run(
        {.rounds = options.rounds, .sample_seconds = options.sample_seconds, .progress = [&](double fraction) {
             report(prepared + (1 - prepared) * fraction, "clock, ports, caches, memory");
         }});
    calibration.ghz = figure_of(ghz, "chains of integer operations of one cycle each beside vector multiply-adds");
    bench.fill(calibration);
    return calibration;
}

}  // namespace saku::tuner
