#include "tuner/machine_code.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "base/check.h"
#include "features/machine_code.h"
#include "ir/verify.h"
#include "targets/assembly.h"
#include "targets/emit.h"
#include "tuner/parallel.h"

namespace saku::tuner {

namespace {
constexpr const char* over_limit = "code over the limit";
}

CodeVerdict inspect_code(const ir::LoopNest& nest, const targets::Codegen& codegen, const Limits& limits) {
    CodeVerdict verdict;
    if (!ir::verify(nest)) {
        verdict.reason = "cannot be verified";
        return verdict;
    }
    const bool measures_code = limits.code_bytes.has_value();
    const auto emitted = targets::emit(nest, codegen, {.name = "candidate", .object = measures_code, .assembly = true});
    if (!emitted) {
        verdict.reason = emitted.error().reason;
        return verdict;
    }
    const targets::Assembly assembly = targets::read_assembly(emitted->assembly);
    for (const targets::CodeFunction& function : assembly.functions) {
        for (const targets::CodeBlock& block : function.blocks) verdict.instructions += block.instructions.size();
    }
    if (measures_code) verdict.code_bytes = emitted->code_bytes;
    if (measures_code && verdict.code_bytes > *limits.code_bytes) {
        verdict.reason = over_limit;
        return verdict;
    }
    verdict.spills = features::spills_in_inner_loops(assembly);
    verdict.accepted = verdict.spills == 0;
    if (!verdict.accepted) verdict.reason = "spills in machine code";
    return verdict;
}

namespace {

/// Everything that shapes the code of the innermost loops; blocks and orders are left out. Under a limit on code they
/// count by the size that they lead to.
struct InnerRegion {
    int sketch = 0;
    Decisions decisions;
    double likely_bytes = 0;
    friend bool operator==(const InnerRegion&, const InnerRegion&) = default;
};

/// Copies that are read in the same way, wherever they are made.
Packing read_like(Packing packing) {
    if (packing == Packing::none || packing == Packing::offline) return packing;
    return is_by_axes(packing) ? Packing::block : Packing::region_block;
}

InnerRegion inner_region(const Space& space, Id id) {
    InnerRegion region{.sketch = point_of(space.ids.numbering, id).sketch, .decisions = decisions_of(space, id)};
    Decisions& decisions = region.decisions;
    decisions.block_m = 0;
    decisions.block_n = 0;
    decisions.block_k = decisions.block_k > 0 ? 1 : 0;
    decisions.order = 0;
    decisions.inner_order = 0;
    decisions.parallel = Divided::batch;
    decisions.prefetch = decisions.prefetch > 0 ? 1 : 0;
    // What happens to the sums when they are done.
    decisions.fused_epilogue = false;
    decisions.transpose = false;
    for (Packing& packing : decisions.packings) packing = read_like(packing);
    return region;
}

/// Candidates that differ in how far they prefetch are reported once.
bool is_known_form(const Space& space, Id id, std::vector<InnerRegion>& forms) {
    InnerRegion form{.sketch = point_of(space.ids.numbering, id).sketch, .decisions = decisions_of(space, id)};
    form.decisions.prefetch = 0;
    if (std::find(forms.begin(), forms.end(), form) != forms.end()) return true;
    forms.push_back(std::move(form));
    return false;
}

/// Hardly any code is so much smaller than that of another region of its sketch lets expect.
constexpr double least_of_sketch = 0.67;

/// After so many regions it is seen whether enough instructions have been compiled.
constexpr std::size_t round_size = 8;

/// Compiled at once at most, and how far ahead regions for that are looked for, in candidates.
constexpr std::size_t most_at_once = 8;
constexpr std::size_t farthest_ahead = 256;

/// Candidates of regions that were not inspected are looked at one by one, so many at most.
constexpr std::size_t most_single_looks = 256;

struct Region {
    InnerRegion form;
    Id standing = 0;  ///< the first candidate with the region
    std::optional<CodeVerdict> verdict = {};
    /// Was the code of the candidate that stands for the region looked at? Its steps may not apply where those of
    /// others with the same region do, whose blocks differ: each of these is then looked at itself.
    bool is_inspected = false;
    bool is_asked_for = false;  ///< what was compiled ahead and not asked for after all counts nowhere
};

/// A candidate whose region is good is verified itself; the winner is compiled whole too, so that the code that was
/// looked at is the code that is shipped.
bool holds_itself(const Space& space, Id id, const targets::Codegen& codegen, const Limits& limits, bool is_winner) {
    const auto nest = scheduled(space.plain, schedule_of(space, id));
    if (!nest) return false;
    if (is_winner || limits.code_bytes) return inspect_code(*nest, codegen, limits).accepted;
    return ir::verify(*nest).ok();
}

/// Goes through the candidates in their order. Which regions are asked for depends on the candidates and the verdicts
/// before only; where there are several jobs, regions further on are compiled along with one that is asked for.
class Selector {
public:
    Selector(const Space& space, const std::vector<Priced>& candidates, const targets::Codegen& codegen,
             const CodeOptions& options)
        : space_(space), candidates_(candidates), codegen_(codegen), options_(options), is_extended_(!options.extend) {}

    CodeSelection run() {
        for (std::size_t i = 0; reaches(i) && selection_.accepted.size() < options_.wanted; ++i) {
            Region& region = region_at(i);
            const bool is_known = region.is_asked_for;
            if (!is_known && is_too_long(region)) {
                ++selection_.rejected[over_limit];
                selection_.looks.push_back({.id = candidates_[i].id, .verdict = over_limit});
                continue;
            }
            if (!is_known && is_enough()) break;
            if (!is_known) ask_for(region, i);
            look_at(i, region);
        }
        count_regions();
        if (selection_.accepted.empty()) accept_least_bad();
        return std::move(selection_);
    }

private:
    bool reaches(std::size_t i) {
        if (i >= candidates_.size() && !is_extended_) {
            is_extended_ = true;
            options_.extend();
        }
        return i < candidates_.size();
    }

    /// The region of a candidate; those of the candidates before it are known then, too.
    Region& region_at(std::size_t i) {
        while (region_of_.size() <= i) {
            const Id id = candidates_[region_of_.size()].id;
            InnerRegion form = inner_region(space_, id);
            if (options_.limits.code_bytes && options_.likely_bytes) form.likely_bytes = options_.likely_bytes(id);
            const auto found = std::find_if(regions_.begin(), regions_.end(),
                                            [&](const Region& region) { return region.form == form; });
            region_of_.push_back(static_cast<std::size_t>(found - regions_.begin()));
            if (found == regions_.end()) regions_.push_back({.form = std::move(form), .standing = id});
        }
        return regions_[region_of_[i]];
    }

    [[nodiscard]] double limit() const { return static_cast<double>(*options_.limits.code_bytes); }

    /// Expected to be over the limit on code: not worth compiling.
    [[nodiscard]] bool is_too_long(const Region& region) const {
        if (!options_.limits.code_bytes || options_.least_of_expected == 0) return false;
        const double likely = region.form.likely_bytes;
        const auto shortest = too_long_.find(region.form.sketch);
        return likely * options_.least_of_expected > limit() ||
               (shortest != too_long_.end() && likely > shortest->second);
    }

    /// Has so much been compiled that no further region is asked for?
    [[nodiscard]] bool is_enough() const {
        if (selection_.regions >= options_.most_compiled) return true;
        return selection_.regions % round_size == 0 && instructions_ >= options_.most_instructions;
    }

    /// Gives the region of candidate i its verdict.
    void ask_for(Region& region, std::size_t i) {
        if (!region.verdict) compile_from(i);
        region.is_asked_for = true;
        ++selection_.regions;
        instructions_ += region.verdict->instructions;
        if (region.verdict->reason != over_limit) return;
        const double excess = static_cast<double>(region.verdict->code_bytes) / limit();
        const double from = region.form.likely_bytes / std::max(excess * least_of_sketch, 1.0);
        const auto [shortest, is_new] = too_long_.try_emplace(region.form.sketch, from);
        if (!is_new) shortest->second = std::min(shortest->second, from);
    }

    /// Compiles the region of candidate i and, with several jobs, those that are likely to be asked for next.
    void compile_from(std::size_t i) {
        const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(options_.jobs, 1)), most_at_once);
        const std::size_t end = std::min(candidates_.size(), i + farthest_ahead);
        std::vector<Region*> open;
        for (std::size_t c = i; c < end && open.size() < wanted; ++c) {
            Region& region = region_at(c);
            if (region.verdict || is_too_long(region)) continue;
            if (std::find(open.begin(), open.end(), &region) == open.end()) open.push_back(&region);
        }
        for_each_index(open.size(), options_.jobs, [&](std::size_t r) {
            const auto nest = scheduled(space_.plain, schedule_of(space_, open[r]->standing));
            open[r]->is_inspected = nest.ok();
            open[r]->verdict =
                nest ? inspect_code(*nest, codegen_, options_.limits) : CodeVerdict{.accepted = true, .reason = {}};
        });
    }

    void look_at(std::size_t i, const Region& region) {
        const Id id = candidates_[i].id;
        CodeLook& look = selection_.looks.emplace_back();
        look = {.id = id, .verdict = region.verdict->reason, .spills = region.verdict->spills};
        if (!region.verdict->accepted) return;
        look.verdict = "differs in prefetching only";
        if (is_known_form(space_, id, forms_)) return;
        look.verdict = "cannot be verified";
        if (!region.is_inspected && ++single_looks_ > most_single_looks) return;
        const bool is_winner = selection_.accepted.empty();
        if ((region.is_inspected && id == region.standing) ||
            holds_itself(space_, id, codegen_, options_.limits, is_winner || !region.is_inspected)) {
            look.verdict = "accepted";
            selection_.accepted.push_back(candidates_[i]);
        } else if (!region.is_inspected) {
            ++selection_.rejected["cannot be scheduled or verified"];
        }
    }

    void count_regions() {
        for (const Region& region : regions_) {
            if (!region.is_asked_for) continue;
            const CodeVerdict& verdict = *region.verdict;
            if (!verdict.accepted) ++selection_.rejected[verdict.reason];
            if (verdict.code_bytes > 0) {
                selection_.least_code_bytes =
                    std::min(selection_.least_code_bytes.value_or(verdict.code_bytes), verdict.code_bytes);
            }
        }
    }

    /// A kernel that spills is better than none.
    void accept_least_bad() {
        std::optional<int> fewest;
        for (const Region& region : regions_) {
            if (!region.is_asked_for || region.verdict->spills == 0) continue;
            fewest = std::min(fewest.value_or(region.verdict->spills), region.verdict->spills);
        }
        if (!fewest) return;
        for (std::size_t i = 0; i < region_of_.size() && selection_.accepted.size() < options_.wanted; ++i) {
            const Region& region = regions_[region_of_[i]];
            if (!region.is_asked_for || region.verdict->spills != *fewest) continue;
            const auto nest = scheduled(space_.plain, schedule_of(space_, candidates_[i].id));
            if (!nest || !ir::verify(*nest)) continue;
            const Limits& limits = options_.limits;
            if (limits.code_bytes && inspect_code(*nest, codegen_, limits).reason == over_limit) continue;
            selection_.accepted.push_back(candidates_[i]);
        }
    }

    const Space& space_;
    const std::vector<Priced>& candidates_;
    const targets::Codegen& codegen_;
    const CodeOptions& options_;
    CodeSelection selection_;
    bool is_extended_;
    std::deque<Region> regions_;          ///< in the order of their first candidates; they stay where they are
    std::vector<std::size_t> region_of_;  ///< by candidate, as far as looked at
    std::vector<InnerRegion> forms_;      ///< of accepted candidates
    std::map<int, double> too_long_;      ///< by sketch: the expected bytes from which on code is not worth compiling
    std::size_t instructions_ = 0;
    std::size_t single_looks_ = 0;
};

}  // namespace

CodeSelection select_by_code(const Space& space, const std::vector<Priced>& candidates, const targets::Codegen& codegen,
                             const CodeOptions& options) {
    return Selector(space, candidates, codegen, options).run();
}

}  // namespace saku::tuner
