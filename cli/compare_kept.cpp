#include "cli/compare_kept.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include "cli/format.h"
#include "cli/kernel_files.h"
#include "cli/stored.h"
#include "costmodel/coefficients.h"
#include "frontends/operator_from.h"
#include "targets/host.h"
#include "tuner/compare/measurement_files.h"
#include "tuner/compare/reprice.h"

namespace saku::cli {
namespace {

/// "2026-11-21T12:00:00Z".
std::string now() {
    const std::time_t seconds = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
    return text;
}

Result<Compared> beside_predictions(const tuner::KeptMeasurement& measurement, const tuner::Space& space,
                                    const std::vector<tuner::Sample>& samples, const targets::Machine& machine) {
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    const tuner::Pricer pricer = tuner::pricer_for(space, machine, coefficients, measurement.threads);
    return Compared{.op = measurement.op,
                    .failure = {},
                    .flops = ir::flops(space.op),
                    .result = tuner::comparison_of(measurement, space, tuner::reprice(pricer, samples)),
                    .calibration = machine.calibration};
}

/// Machines by what measurements call them; a calibration is read once, so that a pipe will do.
using Machines = std::map<std::string, targets::Machine>;

Result<targets::Machine> machine_of(const tuner::MeasurementFile& file, const TargetOptions& options, Machines& known) {
    const std::string& name = file.measurement.machine;
    if (const auto found = known.find(name); found != known.end()) return found->second;
    SAKU_TRY(target, resolve(options, name, file.path + "#/machine"));
    return known.emplace(name, std::move(target.machine)).first->second;
}

Result<Compared> compared_again(const tuner::MeasurementFile& file, const TargetOptions& options, Machines& known,
                                std::string& diagnostic) {
    const tuner::KeptMeasurement& measurement = file.measurement;
    SAKU_TRY(machine, machine_of(file, options, known));
    SAKU_TRY(reopened, tuner::reopen(measurement, machine, file.path));
    if (reopened.recalled.lost > 0)
        diagnostic += "saku: " + file.path + ": " + std::to_string(reopened.recalled.lost) +
                      " schedules are no longer in the space and left out\n";
    return beside_predictions(measurement, reopened.space, reopened.recalled.samples, machine);
}

Result<Done> write(const StoreOptions& store, const tuner::KeptMeasurement& measurement, Session& session) {
    return session.files.write(
        {{.path = tuner::measurement_path(store.folder, measurement.machine, measurement.op, measurement.threads),
          .content = tuner::to_text(measurement)}});
}

}  // namespace

Result<Done> check_store(const StoreOptions& store, const frontends::Work& work, const Target& target) {
    if (store.folder.empty()) {
        if (!store.again && store.more == 0) return Done{};
        return Error{.where = store.again ? "--again" : "--more",
                     .what = "found no --store, expected a folder to keep results"};
    }
    for (const frontends::Task& task : work.tasks) {
        const std::string op = ir::shorthand(task.op);
        const auto known = frontends::operator_from(op);
        if (!known || ir::shorthand(*known) != op)
            return Error{.where = "--store", .what = "found " + op + ", expected a built-in operator"};
        SAKU_TRY_DONE(
            check_file("--store", tuner::measurement_path(store.folder, target.machine.name, op, target.threads)));
    }
    return Done{};
}

tuner::Circumstances circumstances_here(std::uint64_t seed, std::size_t samples, std::size_t trials) {
    return {.cpu = targets::host_facts().model_name,
            .when = now(),
            .versions = versions(),
            .seed = seed,
            .wanted_samples = samples,
            .wanted_trials = trials};
}

std::optional<Kept> kept_already(const StoreOptions& store, const ir::Operator& op, const Target& target,
                                 const tuner::Circumstances& wanted) {
    if (store.folder.empty() || store.again) return std::nullopt;
    const std::string path =
        tuner::measurement_path(store.folder, target.machine.name, ir::shorthand(op), target.threads);
    auto files = tuner::measurements_at(path);
    if (!files) return std::nullopt;  // absent, or to be replaced
    tuner::KeptMeasurement& kept = files->front().measurement;
    if (kept.op != ir::shorthand(op) || kept.machine != target.machine.name || kept.threads != target.threads)
        return std::nullopt;
    auto space = tuner::make_space(op, target.machine, {.threads = target.threads});
    if (!space || !tuner::is_current(kept, wanted, *space)) return std::nullopt;
    std::vector<tuner::Sample> samples = tuner::recall(kept, *space).samples;
    return Kept{.measurement = std::move(kept), .space = *std::move(space), .samples = std::move(samples)};
}

bool wants_more(const StoreOptions& store, const Kept& kept) {
    const std::size_t times = 1 + kept.measurement.circumstances.again.size();
    return store.more > 0 && times < most_times && tuner::agreements(kept.samples).noise_ceiling < store.more;
}

Result<Compared> beside_predictions(const Kept& kept, const Target& target) {
    return beside_predictions(kept.measurement, kept.space, kept.samples, target.machine);
}

Result<Done> measure_more(const StoreOptions& store, Kept& kept, const tuner::CompareOptions& options,
                          const tuner::Circumstances& by, Session& session) {
    tuner::KeptMeasurement& measurement = kept.measurement;
    const std::string& cpu = measurement.circumstances.cpu;
    if (cpu != by.cpu)
        return Error{.where = measurement.op,
                     .what = "found times of " + cpu + ", expected some of this processor, " + by.cpu};
    std::vector<tuner::Sample> samples = kept.samples;
    Random random(by.seed + 1 + measurement.circumstances.again.size());
    const auto progress = [&](double fraction, const std::string& stage) { session.progress.report(fraction, stage); };
    SAKU_TRY(failed, tuner::measure_passes(samples, kept.space, tuner::pass_options(options), random, progress));
    const auto timed = std::count_if(samples.begin(), samples.end(), [](const auto& each) { return each.has_times(); });
    if (timed < 3 || 10 * static_cast<std::size_t>(timed) < 9 * samples.size())
        return Error{.where = measurement.op,
                     .what = std::to_string(timed) + " of " +
                             counted(static_cast<long long>(samples.size()), "sample") +
                             " could be measured once more, expected nine in ten"};
    measurement = tuner::measured_more(std::move(measurement), samples, by.when);
    for (const auto& [status, count] : failed) measurement.failed[status] += count;
    kept.samples = tuner::recall(measurement, kept.space).samples;
    return write(store, measurement, session);
}

Result<Done> keep(const StoreOptions& store, const ir::Operator& op, const Target& target,
                  const tuner::Comparison& comparison, const tuner::Circumstances& by, Session& session) {
    if (store.folder.empty()) return Done{};
    SAKU_TRY(space, tuner::make_space(op, target.machine, {.threads = target.threads}));
    return write(store, tuner::measurement_of(comparison, space, by), session);
}

Result<std::vector<Compared>> compared_again(const std::string& path, const TargetOptions& options,
                                             std::string& diagnostic) {
    SAKU_TRY(files, tuner::measurements_at(path));
    std::vector<Compared> rows;
    Machines known;
    for (const tuner::MeasurementFile& file : files) {
        SAKU_TRY(row, compared_again(file, options, known, diagnostic));
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace saku::cli
