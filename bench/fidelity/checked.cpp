#include "bench/fidelity/checked.h"

#include <algorithm>
#include <optional>

#include "bench/fidelity/groups.h"
#include "bench/fidelity/markdown.h"
#include "costmodel/confidence.h"
#include "features/table_of.h"
#include "tuner/profile/trial.h"

namespace saku::fidelity {

namespace {

/// Bytes that the candidate with the best prediction touches.
std::optional<double> working_set(const Study& study, const Subject& subject) {
    const std::vector<tuner::Sample>& samples = subject.priced.samples;
    const auto best = std::min_element(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
        return a.predicted_seconds < b.predicted_seconds;
    });
    if (best == samples.end()) return std::nullopt;
    const tuner::Space& space = subject.today->space;
    const auto nest = tuner::scheduled(space.plain, tuner::schedule_of(space, best->id));
    if (!nest) return std::nullopt;
    const auto loops = features::table_of(*nest);
    if (!loops) return std::nullopt;
    return costmodel::working_set_bytes(
        *loops, costmodel::prepare(study.machine, study.coefficients, subject.measurement.threads));
}

std::size_t operators_in(const std::vector<Study>& studies) {
    std::size_t count = 0;
    for (const Study& study : studies) count += study.subjects.size();
    return count;
}

std::size_t samples_in(const std::vector<Study>& studies) {
    std::size_t count = 0;
    for (const Study& study : studies) count += sample_count(study);
    return count;
}

std::string machines_in(const std::vector<Study>& studies) {
    std::string text;
    for (const Study& study : studies) text += (text.empty() ? "" : ", ") + study.machine.name;
    return text;
}

std::string range_label(const PairBin& bin) {
    if (bin.from == 0) return "under " + percent(bin.until);
    if (bin.until > 1e9) return "over " + percent(bin.from);
    return fixed(100 * bin.from, 0) + " to " + percent(bin.until);
}

}  // namespace

costmodel::Checked checked_by(const std::vector<Study>& studies, const std::vector<PairBin>& bins) {
    costmodel::Checked checked{.machines = {}, .threads = 1, .distinguishable = distinguishable(bins)};
    std::vector<double> errors;
    std::vector<double> bytes;
    for (const Study& study : studies) {
        checked.machines.push_back(study.machine.name);
        for (const Subject& subject : study.subjects) {
            checked.threads = std::max(checked.threads, subject.measurement.threads);
            errors.push_back(subject.agreement.median_error_near);
            if (const auto touched = working_set(study, subject)) bytes.push_back(*touched);
        }
    }
    if (!bytes.empty()) {
        checked.working_set_from = *std::min_element(bytes.begin(), bytes.end());
        checked.working_set_until = *std::max_element(bytes.begin(), bytes.end());
    }
    checked.median_error = tuner::median(errors);
    return checked;
}

Result<std::string> with_checked(const std::string& coefficients, const costmodel::Checked& checked,
                                 const std::vector<Study>& studies, const std::string& file) {
    const std::string source =
        "saku compare over " + std::to_string(operators_in(studies)) + " operators, " +
        std::to_string(samples_in(studies)) +
        " samples (docs/fidelity.md): from the named margin on three pairs of "
        "candidates in four were measured in the predicted order; median error of candidates near the best prediction, "
        "median over the operators; working sets in whole kilobytes";
    const auto kilobytes = [](double bytes) { return static_cast<std::int64_t>(bytes / 1024) * 1024; };
    std::string lines =
        group_line("machines", checked.machines) + ",\n" + group_line("threads", checked.threads) + ",\n";
    lines += "    \"working_set_bytes\": {\"from\": " + std::to_string(kilobytes(checked.working_set_from)) +
             ", \"until\": " + std::to_string(kilobytes(checked.working_set_until + 1023)) + "},\n";
    lines += "    \"distinguishable\": " + fixed(checked.distinguishable, 2) + ",\n";
    lines += "    \"median_error\": " + fixed(checked.median_error, 2) + ",\n" + group_line("source", source);
    return with_group(coefficients, "checked", lines, file);
}

std::string pairs_text(const std::vector<Study>& studies, const std::vector<PairBin>& bins) {
    std::vector<std::vector<std::string>> rows{
        {"predictions apart by", "pairs", "measured in that order", "both passes in one order"}};
    double all = 0;
    for (const PairBin& bin : bins) {
        rows.push_back({range_label(bin), grouped(bin.pairs), percent(bin.order_share()), percent(bin.agree_share())});
        all += bin.pairs;
    }
    return table(rows) + "\n" + grouped(all) + " pairs of candidates of one operator; " +
           std::to_string(operators_in(studies)) + " operators on " + machines_in(studies) +
           " ([fidelity.md](fidelity.md)).\nThe last column is the noise: how often the second pass of measuring gave "
           "the "
           "order of the first.\nCandidates closer than " +
           percent(distinguishable(bins)) + " are called a tie.\n";
}

}  // namespace saku::fidelity
