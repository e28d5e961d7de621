#include "tuner/precedents.h"

#include <algorithm>

#include "costmodel/estimate.h"

namespace saku::tuner {

namespace {

/// So many of a kind must spill before all of it is taken to.
constexpr int most_spilled = 2;

/// Does the hole move loops around the tile, and nothing else?
bool is_around_tile(Knob knob, int threads) {
    switch (knob) {
        case Knob::block_m:
        case Knob::block_n:
        case Knob::order:
            return threads == 1;
        case Knob::inner_order:
        case Knob::prefetch:
            return true;
        default:
            return false;
    }
}

}  // namespace

Precedents::Precedents(const std::vector<Sketch>& sketches, const Numbering& numbering, int threads)
    : numbering_(numbering) {
    for (std::size_t s = 0; s < sketches.size(); ++s) {
        std::vector<Hole>& holes = moved_.emplace_back();
        Id weight = 1;
        for (std::size_t h = sketches[s].holes.size(); h-- > 0;) {
            const auto radix = static_cast<Id>(numbering.radices[s][h]);
            if (radix > 1 && is_around_tile(sketches[s].holes[h].knob, threads)) holes.push_back({weight, radix});
            weight *= radix;
        }
    }
}

Id Precedents::kind_of(Id id) const {
    const std::size_t sketch = sketch_number(numbering_, id);
    const Id within = id - numbering_.first[sketch];
    Id kind = id;
    for (const Hole& hole : moved_[sketch]) kind -= within / hole.weight % hole.radix * hole.weight;
    return kind;
}

Precedents::Verdict Precedents::judge(Id kind, double most_seconds) const {
    const Known* known = known_.find(kind);
    if (known == nullptr) return Verdict::open;
    if (known->least_seconds == unpriced) return known->spilled >= most_spilled ? Verdict::spills : Verdict::open;
    return costmodel::is_beyond(known->least_seconds, most_seconds) ? Verdict::dearer : Verdict::open;
}

void Precedents::note_price(Id kind, double least_seconds) {
    Known& known = *known_.insert(kind).first;
    known.least_seconds = std::min(known.least_seconds, least_seconds);
}

void Precedents::note_spills(Id kind) { ++known_.insert(kind).first->spilled; }

}  // namespace saku::tuner
