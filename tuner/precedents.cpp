#include "tuner/precedents.h"

#include <algorithm>

#include "costmodel/estimate.h"

namespace saku::tuner {

namespace {

/// So many of a kind must spill before all of it is taken to.
constexpr int most_spilled = 2;
/// So many of a kind must have whole prices before others are judged by those.
constexpr int least_in_full = 8;
/// So many of a family must have prices before others are judged by them.
constexpr int least_priced = 2;
/// ... and cost more than the limit by this factor: members differ.
constexpr double family_margin = 1.1;

/// Does the hole move loops around the tile, and nothing else?
bool is_around_tile(Knob knob) {
    switch (knob) {
        case Knob::block_m:
        case Knob::block_n:
        case Knob::order:
        case Knob::parallel:
        case Knob::inner_order:
        case Knob::prefetch:
            return true;
        default:
            return false;
    }
}

bool is_tail(Knob knob) { return knob == Knob::tail_m || knob == Knob::tail_m2 || knob == Knob::tail_n; }

bool is_order(Knob knob) { return knob == Knob::k_order || knob == Knob::transpose; }

/// The digits of the holes that `is_left_out` chooses, by sketch, neighbours together.
template <class LeftOut, class IsLeftOut>
LeftOut digits_of(const std::vector<Sketch>& sketches, const Numbering& numbering, const IsLeftOut& is_left_out) {
    LeftOut digits(sketches.size());
    for (std::size_t s = 0; s < sketches.size(); ++s) {
        for (std::size_t h = sketches[s].holes.size(); h-- > 0;) {
            if (numbering.radices[s][h] == 1 || !is_left_out(sketches[s].holes[h].knob)) continue;
            const Id weight = numbering.weights[s][h];
            if (digits[s].empty() || digits[s].back().above != weight) digits[s].push_back({weight, weight});
            digits[s].back().above *= static_cast<Id>(numbering.radices[s][h]);
        }
    }
    return digits;
}

}  // namespace

Precedents::Precedents(const std::vector<Sketch>& sketches, const Numbering& numbering) : numbering_(numbering) {
    const auto without = [&](const auto& is_left_out) { return digits_of<LeftOut>(sketches, numbering, is_left_out); };
    kinds_.left_out = without(is_around_tile);
    // Of kinds, for which the digits around the tile are zero already; with them there are more neighbours.
    by_copies_.left_out = without(
        [&](Knob knob) { return is_around_tile(knob) || is_tail(knob) || is_order(knob) || knob == Knob::block_k; });
    by_spills_.left_out =
        without([&](Knob knob) { return is_around_tile(knob) || is_tail(knob) || knob == Knob::block_k; });
}

Id Precedents::without(Id id, const LeftOut& left_out) const {
    const std::size_t sketch = sketch_number(numbering_, id);
    const Id within = id - numbering_.first[sketch];
    Id rest = id;
    for (const Digits& digits : left_out[sketch]) rest -= within % digits.above - within % digits.weight;
    return rest;
}

const Precedents::Known* Precedents::known_of(const Family& family, Id kind) const {
    return family.known.find(without(kind, family.left_out));
}

Precedents::Judgement Precedents::judge_by_family(Id kind, double most_seconds) const {
    const Known* known = known_of(by_copies_, kind);
    if (known == nullptr || known->priced < least_priced) return {};
    if (!costmodel::is_beyond(known->least_seconds, family_margin * most_seconds)) return {};
    return {.verdict = Verdict::dearer, .seconds = known->least_seconds};
}

Precedents::Judgement Precedents::judge(Id kind, double most_seconds) const {
    if (const Known* known = kinds_.known.find(kind)) {
        if (known->priced > 0) {
            const bool is_dear = known->in_full >= least_in_full && costmodel::is_beyond(known->cheapest, most_seconds);
            if (!is_dear && !costmodel::is_beyond(known->least_seconds, most_seconds)) return {};
            return {.verdict = Verdict::dearer, .seconds = known->least_seconds};
        }
        if (known->spilled >= most_spilled) return {.verdict = Verdict::spills};
    }
    const Known* alike = known_of(by_spills_, kind);
    if (alike != nullptr && alike->priced == 0 && alike->spilled >= most_spilled) return {.verdict = Verdict::spills};
    return judge_by_family(kind, most_seconds);
}

void Precedents::note_price(Id kind, double even_seconds) {
    const auto note = [&](IdMap<Known>& all, Id id) {
        Known& known = *all.insert(id).first;
        known.least_seconds = std::min(known.least_seconds, even_seconds);
        ++known.priced;
    };
    note(kinds_.known, kind);
    for (Family* family : {&by_copies_, &by_spills_}) note(family->known, without(kind, family->left_out));
}

void Precedents::note_cost(Id kind, double seconds) {
    Known& known = *kinds_.known.insert(kind).first;
    known.cheapest = std::min(known.cheapest, seconds);
    ++known.in_full;
}

void Precedents::note_spills(Id kind) {
    ++kinds_.known.insert(kind).first->spilled;
    ++by_spills_.known.insert(without(kind, by_spills_.left_out)).first->spilled;
}

}  // namespace saku::tuner
