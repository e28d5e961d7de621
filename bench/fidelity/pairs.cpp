#include "bench/fidelity/pairs.h"

#include <algorithm>
#include <limits>

namespace saku::fidelity {

namespace {

/// 1 where b is slower, -1 where a is, 0 where neither.
int order(double a, double b) { return a < b ? 1 : a > b ? -1 : 0; }

PairBin& bin_of(double margin, std::vector<PairBin>& bins) {
    const auto after = std::upper_bound(bins.begin(), bins.end(), margin,
                                        [](double value, const PairBin& bin) { return value < bin.from; });
    return *(after - 1);
}

}  // namespace

std::vector<PairBin> empty_bins() {
    constexpr std::array<double, 10> edges{0, 0.01, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5, 1};
    std::vector<PairBin> bins;
    for (const double edge : edges) {
        if (!bins.empty()) bins.back().until = edge;
        bins.push_back({.from = edge, .until = std::numeric_limits<double>::infinity()});
    }
    return bins;
}

void add_pairs(const std::vector<tuner::Sample>& samples, std::vector<PairBin>& bins) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const tuner::Sample& a = samples[i];
            const tuner::Sample& b = samples[j];
            const auto [fast, slow] = std::minmax(a.predicted_seconds, b.predicted_seconds);
            PairBin& bin = bin_of(slow / fast - 1, bins);
            bin.pairs += 1;
            const int predicted = order(a.predicted_seconds, b.predicted_seconds);
            const int measured = order(a.measured(), b.measured());
            bin.in_order += (1 + predicted * measured) / 2.0;
            bin.passes_agree +=
                (1 + order(a.first_seconds, b.first_seconds) * order(a.second_seconds, b.second_seconds)) / 2.0;
        }
    }
}

std::vector<PairBin> pairs_of(const std::vector<Study>& studies) {
    std::vector<PairBin> bins = empty_bins();
    for (const Study& study : studies) {
        for (const Subject& subject : study.subjects) add_pairs(subject.priced.samples, bins);
    }
    return bins;
}

double distinguishable(const std::vector<PairBin>& bins) {
    constexpr double trusted = 0.75;
    double least = 1;
    for (std::size_t i = bins.size(); i-- > 0;) {
        if (bins[i].pairs == 0) continue;
        if (bins[i].order_share() < trusted) break;
        least = std::min(least, bins[i].from);
    }
    return least;
}

}  // namespace saku::fidelity
