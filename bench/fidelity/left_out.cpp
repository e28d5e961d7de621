#include "bench/fidelity/left_out.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "bench/fidelity/tabled.h"
#include "tuner/parallel.h"

namespace saku::fidelity {

namespace {

constexpr int most_passes = 3;

/// Figures of all operators by choice, each priced once.
class Settings {
public:
    Settings(const Study& study, const Grid& grid, int jobs)
        : machine_(study.machine), operators_(tabled(study, jobs)), grid_(grid), jobs_(jobs) {}

    const std::vector<Fit>& fits(const Choice& choice) {
        const auto known = fits_.find(choice);
        if (known != fits_.end()) return known->second;
        const costmodel::Coefficients coefficients = grid_.at(choice);
        std::map<int, costmodel::Model> models;
        for (const Tabled& op : operators_)
            models.try_emplace(op.threads, costmodel::prepare(machine_, coefficients, op.threads));
        std::vector<Fit> made(operators_.size());
        tuner::for_each_index(made.size(), jobs_, [&](std::size_t i) {
            made[i] = fit_of(operators_[i], models.at(operators_[i].threads));
        });
        return fits_.emplace(choice, std::move(made)).first->second;
    }

    /// The mean over the subjects that are kept.
    double score(const Choice& choice, const std::vector<bool>& is_kept) {
        const std::vector<Fit>& all = fits(choice);
        double sum = 0;
        double count = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!is_kept[i]) continue;
            sum += score_of(all[i]);
            count += 1;
        }
        return count == 0 ? 0 : sum / count;
    }

    [[nodiscard]] const Grid& grid() const { return grid_; }
    [[nodiscard]] std::size_t size() const { return fits_.size(); }

private:
    const targets::Machine& machine_;
    std::vector<Tabled> operators_;
    const Grid& grid_;
    int jobs_;
    std::map<Choice, std::vector<Fit>> fits_;
};

struct Scored {
    Choice choice;
    double score = 0;
};

/// How far a position is from the shipped value.
double distance(const FittedCoefficient& axis, std::size_t position) {
    return std::max(axis.factors[position], 1 / axis.factors[position]);
}

/// Coordinate search for some of the subjects.
class Climb {
public:
    Climb(Settings& settings, const std::vector<bool>& is_kept, Choice start)
        : settings_(settings), is_kept_(is_kept), at_{.choice = std::move(start)} {
        at_.score = settings.score(at_.choice, is_kept);
    }

    Scored run() {
        const std::vector<FittedCoefficient>& axes = settings_.grid().axes();
        for (int pass = 0; pass < most_passes; ++pass) {
            const Choice before = at_.choice;
            for (std::size_t a = 0; a < axes.size(); ++a) {
                while (at_.choice[a] > 0 && step(a, at_.choice[a] - 1)) continue;
                while (at_.choice[a] + 1 < axes[a].factors.size() && step(a, at_.choice[a] + 1)) continue;
            }
            if (at_.choice == before) break;
        }
        return at_;
    }

private:
    /// Goes there if it is better, or as good and nearer the shipped value.
    bool step(std::size_t a, std::size_t position) {
        const FittedCoefficient& axis = settings_.grid().axes()[a];
        Scored there = at_;
        there.choice[a] = position;
        there.score = settings_.score(there.choice, is_kept_);
        const bool is_nearer = distance(axis, position) < distance(axis, at_.choice[a]);
        if (there.score < at_.score || (there.score == at_.score && !is_nearer)) return false;
        at_ = std::move(there);
        return true;
    }

    Settings& settings_;
    const std::vector<bool>& is_kept_;
    Scored at_;
};

/// Of the ends of all starts; `ends` are their scores.
Choice best_of_all(Settings& settings, const std::vector<bool>& all, std::array<double, 3>& ends) {
    const Grid& grid = settings.grid();
    Choice largest;
    for (const FittedCoefficient& axis : grid.axes()) largest.push_back(axis.factors.size() - 1);
    const std::array<Choice, 3> starts{grid.shipped(), Choice(largest.size(), 0), largest};
    Scored best{.choice = {}, .score = -1};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const Scored end = Climb(settings, all, starts[i]).run();
        ends[i] = end.score;
        if (end.score > best.score) best = end;
    }
    return best.choice;
}

/// `group_of` subjects: those of one name are left out together.
Refit refit(Settings& settings, const std::vector<std::string>& group_of) {
    Refit made{.choices = {}, .fits = std::vector<Fit>(group_of.size())};
    std::vector<bool> is_done(group_of.size(), false);
    for (std::size_t first = 0; first < group_of.size(); ++first) {
        if (is_done[first]) continue;
        std::vector<bool> is_kept;
        for (const std::string& group : group_of) is_kept.push_back(group != group_of[first]);
        made.choices.push_back(Climb(settings, is_kept, settings.grid().shipped()).run().choice);
        const std::vector<Fit>& fits = settings.fits(made.choices.back());
        for (std::size_t i = first; i < group_of.size(); ++i) {
            if (is_kept[i]) continue;
            made.fits[i] = fits[i];
            is_done[i] = true;
        }
    }
    return made;
}

/// What all choices have in common.
Choice agreed(const Choice& shipped, const Refit& operators, const Refit& families) {
    Choice common = operators.choices.front();
    for (const Refit* refit : {&operators, &families}) {
        for (const Choice& choice : refit->choices) {
            for (std::size_t a = 0; a < common.size(); ++a) {
                if (choice[a] != operators.choices.front()[a]) common[a] = shipped[a];
            }
        }
    }
    return common;
}

std::vector<std::vector<double>> scores_alone(Settings& settings, const std::vector<bool>& all) {
    const Grid& grid = settings.grid();
    std::vector<std::vector<double>> scores;
    for (std::size_t a = 0; a < grid.axes().size(); ++a) {
        Choice choice = grid.shipped();
        scores.emplace_back();
        for (choice[a] = 0; choice[a] < grid.axes()[a].factors.size(); ++choice[a])
            scores.back().push_back(settings.score(choice, all));
    }
    return scores;
}

}  // namespace

double score_of(const Fit& fit) { return (fit.spearman + fit.best_quartile + fit.top1) / 3; }

Difference difference(const std::vector<Fit>& before, const std::vector<Fit>& after,
                      const std::vector<std::string>& families) {
    const auto count = static_cast<double>(before.size());
    Difference result;
    for (std::size_t i = 0; i < before.size(); ++i) result.mean += (score_of(after[i]) - score_of(before[i])) / count;
    std::map<std::string, double> sums;
    for (std::size_t i = 0; i < before.size(); ++i)
        sums[families[i]] += score_of(after[i]) - score_of(before[i]) - result.mean;
    double squares = 0;
    for (const auto& [family, sum] : sums) squares += sum * sum;
    result.standard_error = before.empty() ? 0 : std::sqrt(squares) / count;
    return result;
}

LeftOut leave_out(const Study& study, Grid grid, int jobs) {
    LeftOut result{.grid = std::move(grid)};
    Settings settings(study, result.grid, jobs);
    const std::vector<bool> all(study.subjects.size(), true);
    std::vector<std::string> operators;
    for (const Subject& subject : study.subjects) {
        operators.push_back(subject.measurement.op);
        result.families.push_back(family_of(subject.measurement.op));
    }
    result.shipped = settings.fits(result.grid.shipped());
    result.best = best_of_all(settings, all, result.ends);
    result.best_fits = settings.fits(result.best);
    result.without_operator = refit(settings, operators);
    result.without_family = refit(settings, result.families);
    result.agreed = agreed(result.grid.shipped(), result.without_operator, result.without_family);
    result.agreed_fits = settings.fits(result.agreed);
    result.alone = scores_alone(settings, all);
    result.settings = settings.size();
    return result;
}

}  // namespace saku::fidelity
