// What a candidate costs, gates cheapest first:
//
//   id ─ registers ─ loop table (steps apply) ─ capacity ─ register use ─▶ price (tier 1)
//
// The table comes straight from the decisions (table_producer.h), or from the scheduled nest where that is not covered.
// A candidate that does not pass has a reason, a short fixed phrase that reports count by.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "costmodel/cost.h"
#include "costmodel/estimate.h"
#include "costmodel/model.h"
#include "targets/machine.h"
#include "tuner/limits.h"
#include "tuner/space.h"
#include "tuner/table_producer.h"

namespace saku::tuner {

struct Pricer {
    const Space& space;
    costmodel::Model model;
    std::vector<std::optional<TableTemplate>> templates = {};  ///< by sketch
    std::int64_t most_scratch_bytes = 0;                       ///< packed copies of a run may take this much
    Limits limits = {};                                        ///< of the user
};

/// The space must outlive the pricer.
[[nodiscard]] Pricer pricer_for(const Space& space, const targets::Machine& machine,
                                const costmodel::Coefficients& coefficients, int threads,
                                features::Residence residence = features::Residence::warm);

/// Which gate is asked first.
enum class Gates : std::uint8_t {
    in_order,  ///< as in the picture
    /// What its work alone (tuner/least_work.h) puts beyond the limit, or its registers, does not get as far as a
    /// table: other gates might have had other reasons against it.
    work_first,
};

/// The reason of tiles that need many more registers than there are.
inline constexpr const char* spills_registers = "spills registers";

/// One candidate. NotApplicable: "needs more registers than there are", "scratch memory too large", the reasons of
/// steps (the number and text of the step in the detail), "spills registers", "too much code", "nest too large to
/// price", those of tuner/limits.h.
[[nodiscard]] Fitted<costmodel::Cost> price(const Pricer& pricer, Id id, TableScratch& scratch);
[[nodiscard]] Fitted<costmodel::Cost> price(const Pricer& pricer, Id id);

/// The same, or no cost for what certainly costs more than `most_seconds` (costmodel/estimate.h). The gates are the
/// same, too: what they reject has its reason, whatever it costs.
[[nodiscard]] Fitted<costmodel::Appraisal> price_within(const Pricer& pricer, Id id, TableScratch& scratch,
                                                        double most_seconds);

/// `likely_code_bytes` of a candidate; infinite where it has no loop table.
[[nodiscard]] double likely_code_bytes(const Pricer& pricer, Id id, TableScratch& scratch);

/// The price of any nest: `table_of`, then `estimate`.
[[nodiscard]] Fitted<costmodel::Cost> price(const costmodel::Model& model, const ir::LoopNest& nest);

/// A pricer for many candidates on several threads, with working memory for each of them. It remembers prices, which
/// hold for its pricer only: that must outlive it and must not be replaced (nor get other limits) meanwhile.
class PricerPool {
public:
    explicit PricerPool(const Pricer& pricer);
    explicit PricerPool(Pricer&&) = delete;

    /// All of them on `jobs` threads, in the order of `ids`; the result does not depend on `jobs`.
    [[nodiscard]] std::vector<Fitted<costmodel::Cost>> price_all(std::span<const Id> ids, int jobs);

    /// The same of canonical ids with a limit for each sketch (`price_within`). Prices below the limits do not depend
    /// on `jobs`.
    [[nodiscard]] std::vector<Fitted<costmodel::Appraisal>> price_all_within(std::span<const Id> ids,
                                                                             std::span<const double> most_seconds,
                                                                             int jobs, Gates gates = Gates::in_order);

    /// `likely_code_bytes` of all of them, in the order of `ids`.
    [[nodiscard]] std::vector<double> likely_code_bytes(std::span<const Id> ids, int jobs);

private:
    /// Of one thread.
    struct Scratch {
        TableScratch tables;
        /// What prices are made from, by ids without the distance of prefetches.
        std::unordered_map<Id, costmodel::Resources> priced;
    };

    [[nodiscard]] std::unique_ptr<Scratch> take();
    void give_back(std::unique_ptr<Scratch> scratch);
    template <class Work>
    void for_each_with_scratch(std::size_t count, int jobs, const Work& work);
    [[nodiscard]] Fitted<costmodel::Appraisal> price_canonical(Id id, Scratch& scratch,
                                                               std::span<const double> most_seconds, Gates gates) const;

    const Pricer& pricer_;
    const Limits limits_;  ///< the pricer's, to see that they stay
    std::mutex mutex_;
    std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace saku::tuner
