#include "tuner/compare/measurement_files.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "frontends/operator_from.h"
#include "targets/kernel_name.h"

namespace saku::tuner {

namespace {

namespace fs = std::filesystem;

Result<MeasurementFile> measurement_in(const std::string& path) {
    SAKU_TRY(text, read_file(path));
    SAKU_TRY(measurement, measurement_from_json(text, path));
    return MeasurementFile{.path = path, .measurement = std::move(measurement)};
}

Result<std::vector<std::string>> json_files_in(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
        if (at->path().extension() == ".json") paths.push_back(at->path().string());
    }
    if (failure) return Error{.where = folder, .what = "cannot be listed: " + failure.message()};
    if (paths.empty()) return Error{.where = folder, .what = "found no .json file, expected measurements"};
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

Result<std::vector<MeasurementFile>> measurements_at(const std::string& path) {
    std::vector<std::string> paths{path};
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        SAKU_TRY(found, json_files_in(path));
        paths = std::move(found);
    }
    std::vector<MeasurementFile> files;
    for (const std::string& each : paths) {
        SAKU_TRY(file, measurement_in(each));
        files.push_back(std::move(file));
    }
    return files;
}

std::string measurement_path(const std::string& folder, const std::string& machine, const std::string& op,
                             int threads) {
    const std::string name = targets::kernel_name_from(op) + (threads == 1 ? "" : "-" + std::to_string(threads));
    return (fs::path(folder) / machine / (name + ".json")).string();
}

Result<Reopened> reopen(const KeptMeasurement& measurement, const targets::Machine& machine, const std::string& file) {
    const auto op = frontends::operator_from(measurement.op);
    if (!op) return Error{.where = file + "#/op", .what = op.error().text()};
    SAKU_TRY(space, make_space(*op, machine, {.threads = measurement.threads}));
    Reopened reopened{.space = std::move(space), .recalled = {}};
    reopened.recalled = recall(measurement, reopened.space);
    SAKU_TRY_DONE(check_recalled(measurement, reopened.recalled, file));
    return reopened;
}

bool is_current(const KeptMeasurement& measurement, const Circumstances& wanted, const Space& space) {
    const Circumstances& by = measurement.circumstances;
    return by.versions.saku == wanted.versions.saku && by.versions.llvm == wanted.versions.llvm &&
           by.seed == wanted.seed && by.wanted_samples >= wanted.wanted_samples &&
           by.wanted_trials >= wanted.wanted_trials && by.calibration == wanted.calibration &&
           recall(measurement, space).lost == 0;
}

}  // namespace saku::tuner
