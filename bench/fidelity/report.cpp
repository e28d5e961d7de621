#include "bench/fidelity/report.h"

#include <algorithm>
#include <set>

#include "bench/fidelity/ablation.h"
#include "bench/fidelity/checked.h"
#include "bench/fidelity/markdown.h"
#include "tuner/compare/statistics.h"
#include "tuner/profile/trial.h"

namespace saku::fidelity {

namespace {

using tuner::Origin;

std::string count_of(const Subject& subject, Origin origin) {
    const auto& samples = subject.priced.samples;
    return std::to_string(std::count_if(samples.begin(), samples.end(),
                                        [&](const tuner::Sample& each) { return each.origin == origin; }));
}

/// One figure of all operators.
template <class Figure>
std::vector<double> figures(const Study& study, const Figure& figure) {
    std::vector<double> values;
    for (const Subject& subject : study.subjects) values.push_back(figure(subject));
    return values;
}

double least(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

/// |predicted - measured| / measured of all samples of one origin.
double median_error(const Study& study, Origin origin) {
    std::vector<double> errors;
    for (const Subject& subject : study.subjects) {
        for (const tuner::Sample& sample : subject.priced.samples) {
            const double measured = sample.measured();
            if (sample.origin != origin) continue;
            errors.push_back(tuner::relative_errors({&sample.predicted_seconds, 1}, {&measured, 1}).front());
        }
    }
    return tuner::median(errors);
}

template <class Text>
std::string all_of(const Study& study, const Text& text) {
    std::set<std::string> words;
    for (const Subject& subject : study.subjects) words.insert(text(subject));
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

std::string threads_text(const Subject& subject) {
    const int threads = subject.measurement.threads;
    return std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

std::string circumstances_text(const Study& study) {
    std::size_t rejected = 0;
    std::size_t lost = 0;
    std::size_t failed = 0;
    std::size_t measured_again = 0;
    std::size_t most_times = 1;
    std::vector<std::string> days;
    for (const Subject& subject : study.subjects) {
        rejected += subject.priced.rejected;
        lost += subject.today->recalled.lost;
        for (const auto& [status, count] : subject.measurement.failed) failed += count;
        const tuner::Circumstances& by = subject.measurement.circumstances;
        days.push_back(by.when.substr(0, 10));
        for (const std::string& when : by.again) days.push_back(when.substr(0, 10));
        measured_again += by.again.empty() ? 0 : 1;
        most_times = std::max(most_times, 1 + by.again.size());
    }
    const auto [first, last] = std::minmax_element(days.begin(), days.end());
    std::string text = "Measured " + *first + (*first == *last ? "" : " to " + *last) + " on " +
                       all_of(study, [](const Subject& s) { return s.measurement.circumstances.cpu; }) + ", " +
                       all_of(study, threads_text) + ", by saku " +
                       all_of(study, [](const Subject& s) { return s.measurement.circumstances.versions.saku; }) +
                       " and LLVM " +
                       all_of(study, [](const Subject& s) { return s.measurement.circumstances.versions.llvm; }) +
                       ": " + std::to_string(study.subjects.size()) + " operators, " +
                       grouped(static_cast<double>(sample_count(study))) + " schedules, two passes each.";
    if (measured_again > 0)
        text += " Of " + std::to_string(measured_again) +
                " operators, whose passes agreed less, all samples were measured again, up to " +
                std::to_string(most_times) + " times in all.";
    if (failed > 0) text += " " + std::to_string(failed) + " could not be measured.";
    if (lost > 0) text += " " + std::to_string(lost) + " measured schedules are no longer in the space and left out.";
    if (rejected > 0) text += " " + std::to_string(rejected) + " do not pass today's gates and are left out.";
    return text + "\n";
}

struct Goal {
    std::string what;
    std::string asked;
    std::string found;
    bool met;
};

Goal at_least(const std::string& what, double asked, double found) {
    return {.what = what, .asked = "at least " + fixed(asked, 2), .found = fixed(found, 3), .met = found >= asked};
}

Goal at_most(const std::string& what, double asked, double found) {
    return {.what = what, .asked = "at most " + percent(asked), .found = percent(found), .met = found <= asked};
}

}  // namespace

std::string operators_text(const Study& study) {
    std::vector<std::vector<std::string>> rows{{"operator", "random", "near", "noise ceiling", "Spearman", "Kendall",
                                                "best quartile", "its ceiling", "error near", "error random", "top 1",
                                                "top 8", "top 1 today"}};
    for (const Subject& subject : study.subjects) {
        const tuner::Agreements& a = subject.agreement;
        rows.push_back(
            {"`" + subject.measurement.op + "`", count_of(subject, Origin::random), count_of(subject, Origin::near),
             fixed(a.noise_ceiling, 2), fixed(a.spearman, 2), fixed(a.kendall, 2), fixed(a.spearman_best_quartile, 2),
             fixed(a.noise_ceiling_best_quartile, 2), percent(a.median_error_near), percent(a.median_error_random),
             fixed(subject.measurement.picks.top1_ratio, 2), fixed(subject.measurement.picks.top8_ratio, 2),
             fixed(tuner::top1_of(subject.priced.samples), 2)});
    }
    return table(rows);
}

std::string targets_text(const Study& study) {
    const auto agreement = [&](double tuner::Agreements::*member) {
        return figures(study, [&](const Subject& s) { return s.agreement.*member; });
    };
    const auto top1 = figures(study, [](const Subject& s) { return s.measurement.picks.top1_ratio; });
    const auto top8 = figures(study, [](const Subject& s) { return s.measurement.picks.top8_ratio; });
    const auto spearman = agreement(&tuner::Agreements::spearman);
    const double quartile_ceiling = tuner::mean(agreement(&tuner::Agreements::noise_ceiling_best_quartile));
    const std::vector<Goal> goals{
        at_least("Spearman, mean", 0.92, tuner::mean(spearman)),
        at_least("Spearman, least", 0.75, least(spearman)),
        at_least("best quartile, mean (the smaller of 0.6 and 0.85 of its noise ceiling, " +
                     fixed(quartile_ceiling, 2) + ")",
                 std::min(0.6, 0.85 * quartile_ceiling),
                 tuner::mean(agreement(&tuner::Agreements::spearman_best_quartile))),
        at_most("median error, near samples", 0.20, median_error(study, Origin::near)),
        at_most("median error, random samples", 0.35, median_error(study, Origin::random)),
        at_least("top 1, geometric mean", 0.95, tuner::geometric_mean(top1)),
        at_least("top 1, least", 0.80, least(top1)),
        at_least("top 8, geometric mean", 0.98, tuner::geometric_mean(top8)),
    };
    std::vector<std::vector<std::string>> rows{{"figure", "asked for", "found", ""}};
    for (const Goal& goal : goals)
        rows.push_back({goal.what, goal.asked, goal.found, goal.met ? "met" : "**not met**"});
    rows.push_back({"noise ceiling of Spearman, mean", "",
                    fixed(tuner::mean(agreement(&tuner::Agreements::noise_ceiling)), 3), ""});
    return table(rows);
}

std::string ablation_text(const Study& study) {
    const std::vector<Fit> full = fits(study);
    const auto mean_of = [](const std::vector<Fit>& all, double Fit::*which) {
        return tuner::mean(figures(all, which));
    };
    std::vector<std::vector<std::string>> rows{
        {"without", "instead", "Spearman", "best quartile", "top 1", "most affected operator"}};
    rows.push_back({"(the model as it is)", "", fixed(mean_of(full, &Fit::spearman), 3),
                    fixed(mean_of(full, &Fit::best_quartile), 3), fixed(mean_of(full, &Fit::top1), 3), ""});
    for (const Variation& variation : variations()) {
        const std::vector<Fit> varied = fits(study, variation);
        const auto changed = [&](double Fit::*member) {
            return change(mean_of(varied, member) - mean_of(full, member), 3);
        };
        std::size_t worst = 0;
        const auto fall = [&](std::size_t i) { return full[i].spearman - varied[i].spearman; };
        for (std::size_t i = 1; i < full.size(); ++i) {
            if (fall(i) > fall(worst)) worst = i;
        }
        const bool is_hurt = !full.empty() && fall(worst) >= 0.005;
        rows.push_back({variation.name, variation.what, changed(&Fit::spearman), changed(&Fit::best_quartile),
                        changed(&Fit::top1),
                        is_hurt ? "`" + study.subjects[worst].measurement.op + "` " + change(-fall(worst), 2) : ""});
    }
    return table(rows);
}

namespace {

constexpr const char* preamble = R"(# How well the model predicts

Generated by `make fidelity` from the measurements in `bench/fidelity/`; not to be edited. How times come about is in
[profiling.md](profiling.md), what the model is in [cost-model.md](cost-model.md).

* **Spearman**, **Kendall**: rank correlation of predicted and measured times over all samples. **Noise ceiling**: Spearman of
  the two passes of measuring. Measured times are the mean of both. Where passes agreed less than 0.97, all samples were
  measured again, in two passes more, until they agreed or had been measured eight times in all; the means of all first and of
  all second passes then are the two, so that these operators' ceilings are of more passes than others'.
  **Best quartile**: Spearman within the fastest quarter by measured time, and its own ceiling.
* **Error**: median of |predicted - measured| / measured.
* **Top 1**: the best time anywhere (samples, eight best predictions, the winner of measured tuning where there was one)
  divided by that of the static pick of the day, all timed again in turns. **Top 8**: divided by the best of the eight best
  predictions. **Top 1 today**: the same for the sample that today's model predicts fastest, among the samples, by the two
  passes (the best of noisy times is partly luck).
* Near samples were chosen by the model of the day; random ones are uniform over what passes the gates.
* How the measurements came about, and why the model is wrong where it is, as far as that was looked at:
  [notes.md](../bench/fidelity/notes.md).
)";

constexpr const char* ablation_preamble = R"(
### Ablation

Each part of the model removed or made neutral, all others as they are: the change of the means over the operators, and the
operator whose Spearman falls most. Top 1 is that of the samples. Parts that say nearly the same can each be missed, though
not both: a small change does not mean that there was nothing to say.

)";

std::string study_text(const Study& study, const std::string& left_out) {
    const std::string text = "\n## " + study.machine.name + "\n\n" + circumstances_text(study) + "\n" +
                             targets_text(study) + "\n### Operators\n\n" + operators_text(study) + ablation_preamble +
                             ablation_text(study) + left_out + calibration_text(study) +
                             "\n### Where the model is wrong\n\n" + errors_text(study);
    return study.notes.empty() ? text : text + "\n" + study.notes;
}

}  // namespace

std::string report(const std::vector<Study>& studies, const std::vector<LeftOut>& left_out) {
    std::string text = preamble;
    for (std::size_t i = 0; i < studies.size(); ++i)
        text += study_text(studies[i], i < left_out.size() ? left_out_text(left_out[i]) : "");
    return text + "\n## How far apart must predictions be?\n\n" + pairs_text(studies, pairs_of(studies));
}

}  // namespace saku::fidelity
