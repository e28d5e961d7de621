#include "tuner/machine_code.h"

#include <algorithm>
#include <cstdint>
#include <limits>
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
    decisions.parallel = 0;
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

/// Stands for regions that are not compiled.
constexpr std::size_t not_compiled = std::numeric_limits<std::size_t>::max();

/// Hardly any code is so much smaller than that of another region of its sketch lets expect.
constexpr double least_of_sketch = 0.67;

/// The regions met so far with what became of them.
struct Regions {
    const Space& space;
    const CodeOptions& options;
    std::vector<InnerRegion> known = {};
    std::vector<CodeVerdict> verdicts = {};
    /// Was the code of the candidate that stands for the region looked at? Its steps may not apply where those of
    /// others with the same region do, whose blocks differ: each of these is then looked at itself.
    std::vector<char> inspected = {};
    std::map<int, double> too_long = {};  ///< by sketch: the expected bytes from which on code is not worth compiling

    /// The position of a region, which is added when it is new.
    std::size_t of(Id id) {
        InnerRegion region = inner_region(space, id);
        if (options.limits.code_bytes && options.likely_bytes) region.likely_bytes = options.likely_bytes(id);
        const auto found = std::find(known.begin(), known.end(), region);
        if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
        known.push_back(std::move(region));
        return known.size() - 1;
    }

    /// Compiles the candidates that stand for regions without a verdict; `standing[r]` belongs to region r. Gives the
    /// first of them.
    std::size_t compile(const std::vector<Id>& standing, const targets::Codegen& codegen) {
        const std::size_t done = verdicts.size();
        verdicts.resize(standing.size());
        inspected.resize(standing.size(), 0);
        for_each_index(standing.size() - done, options.jobs, [&](std::size_t i) {
            const auto nest = scheduled(space.plain, schedule_of(space, standing[done + i]));
            inspected[done + i] = nest ? 1 : 0;
            verdicts[done + i] =
                nest ? inspect_code(*nest, codegen, options.limits) : CodeVerdict{.accepted = true, .reason = {}};
        });
        for (std::size_t r = done; r < standing.size(); ++r) {
            if (verdicts[r].reason != over_limit) continue;
            const double excess = static_cast<double>(verdicts[r].code_bytes) / limit();
            const double from = known[r].likely_bytes / std::max(excess * least_of_sketch, 1.0);
            const auto [shortest, is_new] = too_long.try_emplace(known[r].sketch, from);
            if (!is_new) shortest->second = std::min(shortest->second, from);
        }
        return done;
    }

    [[nodiscard]] double limit() const { return static_cast<double>(*options.limits.code_bytes); }

    /// Expected to be over the limit on code: not worth compiling.
    [[nodiscard]] bool is_too_long(std::size_t region) const {
        if (!options.limits.code_bytes || options.least_of_expected == 0) return false;
        const double likely = known[region].likely_bytes;
        const auto shortest = too_long.find(known[region].sketch);
        return likely * options.least_of_expected > limit() ||
               (shortest != too_long.end() && likely > shortest->second);
    }
};

/// A candidate whose region is good is verified itself; the winner is compiled whole too, so that the code that was
/// looked at is the code that is shipped.
bool holds_itself(const Space& space, Id id, const targets::Codegen& codegen, const Limits& limits, bool is_winner) {
    const auto nest = scheduled(space.plain, schedule_of(space, id));
    if (!nest) return false;
    if (is_winner || limits.code_bytes) return inspect_code(*nest, codegen, limits).accepted;
    return ir::verify(*nest).ok();
}

/// A batch of new regions is compiled at once; of fixed size, so that results do not depend on jobs.
constexpr std::size_t batch_size = 8;

/// Candidates of regions that were not inspected are looked at one by one, so many at most.
constexpr std::size_t most_single_looks = 256;

}  // namespace

CodeSelection select_by_code(const Space& space, const std::vector<Priced>& candidates, const targets::Codegen& codegen,
                             const CodeOptions& options) {
    CodeSelection selection;
    Regions regions{.space = space, .options = options};
    std::size_t instructions = 0;
    std::vector<Id> standing;            // by region
    std::vector<std::size_t> region_of;  // by candidate, as far as looked at
    std::vector<InnerRegion> forms;      // of accepted candidates
    std::size_t decided = 0;             // candidates whose verdict was taken
    std::size_t single_looks = 0;
    bool is_extended = !options.extend;
    const auto reaches = [&](std::size_t i) {
        if (i >= candidates.size() && !is_extended) {
            is_extended = true;
            options.extend();
        }
        return i < candidates.size();
    };
    while (reaches(decided) && selection.accepted.size() < options.wanted && standing.size() < options.most_compiled &&
           instructions < options.most_instructions) {
        const std::size_t most = std::min(standing.size() + batch_size, options.most_compiled);
        while (reaches(region_of.size())) {
            const Id id = candidates[region_of.size()].id;
            regions.known.resize(standing.size());  // forgets the one that the batch before had no room for
            const std::size_t region = regions.of(id);
            if (region == standing.size() && regions.is_too_long(region)) {
                ++selection.rejected[over_limit];
                region_of.push_back(not_compiled);
                continue;
            }
            if (region >= most) break;
            if (region == standing.size()) standing.push_back(id);
            region_of.push_back(region);
        }
        for (std::size_t r = regions.compile(standing, codegen); r < standing.size(); ++r) {
            instructions += regions.verdicts[r].instructions;
        }
        for (; decided < region_of.size() && selection.accepted.size() < options.wanted; ++decided) {
            const std::size_t region = region_of[decided];
            const Id id = candidates[decided].id;
            CodeLook& look = selection.looks.emplace_back();
            look.id = id;
            look.verdict = region == not_compiled ? over_limit : regions.verdicts[region].reason;
            look.spills = region == not_compiled ? 0 : regions.verdicts[region].spills;
            if (region == not_compiled || !regions.verdicts[region].accepted) continue;
            look.verdict = "differs in prefetching only";
            if (is_known_form(space, id, forms)) continue;
            look.verdict = "cannot be verified";
            const bool is_inspected = regions.inspected[region] != 0;
            if (!is_inspected && ++single_looks > most_single_looks) continue;
            if ((is_inspected && id == standing[region]) ||
                holds_itself(space, id, codegen, options.limits, selection.accepted.empty() || !is_inspected)) {
                look.verdict = "accepted";
                selection.accepted.push_back(candidates[decided]);
            } else if (!is_inspected) {
                ++selection.rejected["cannot be scheduled or verified"];
            }
        }
    }
    selection.regions = standing.size();
    std::optional<int> fewest;
    for (std::size_t r = 0; r < standing.size(); ++r) {
        const CodeVerdict& verdict = regions.verdicts[r];
        if (!verdict.accepted) ++selection.rejected[verdict.reason];
        if (verdict.code_bytes > 0)
            selection.least_code_bytes =
                std::min(selection.least_code_bytes.value_or(verdict.code_bytes), verdict.code_bytes);
        if (verdict.spills > 0 && (!fewest || verdict.spills < *fewest)) fewest = verdict.spills;
    }
    if (!selection.accepted.empty()) return selection;
    for (std::size_t i = 0; i < region_of.size() && selection.accepted.size() < options.wanted; ++i) {
        if (region_of[i] == not_compiled) continue;
        const bool is_least_bad = fewest && regions.verdicts[region_of[i]].spills == *fewest;
        const auto nest = scheduled(space.plain, schedule_of(space, candidates[i].id));
        if (!is_least_bad || !nest || !ir::verify(*nest)) continue;
        if (options.limits.code_bytes && inspect_code(*nest, codegen, options.limits).reason == over_limit) continue;
        selection.accepted.push_back(candidates[i]);
    }
    return selection;
}

}  // namespace saku::tuner
