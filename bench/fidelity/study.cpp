#include "bench/fidelity/study.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "targets/machine_file.h"

namespace saku::fidelity {

namespace {

namespace fs = std::filesystem;

bool has_measurements(const fs::path& folder) {
    std::error_code ignored;
    fs::directory_iterator files(folder, ignored);
    return std::any_of(fs::begin(files), fs::end(files),
                       [](const fs::directory_entry& file) { return file.path().extension() == ".json"; });
}

Result<Subject> open_subject(tuner::MeasurementFile file, const targets::Machine& machine,
                             const costmodel::Coefficients& coefficients) {
    SAKU_TRY(reopened, tuner::reopen(file.measurement, machine, file.path));
    auto today = std::make_unique<tuner::Reopened>(std::move(reopened));
    const tuner::Pricer pricer = tuner::pricer_for(today->space, machine, coefficients, file.measurement.threads);
    tuner::Repriced priced = tuner::reprice(pricer, today->recalled.samples);
    const tuner::Agreements agreement = tuner::agreements(priced.samples);
    return Subject{.measurement = std::move(file.measurement),
                   .today = std::move(today),
                   .priced = std::move(priced),
                   .agreement = agreement};
}

}  // namespace

Result<Study> open_study(const std::string& folder) {
    const std::string name = fs::path(folder).filename().string();
    SAKU_TRY(machine, targets::machine_named(name));
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    SAKU_TRY(files, tuner::measurements_at(folder));
    Study study{.machine = machine, .coefficients = coefficients, .subjects = {}, .notes = {}};
    for (tuner::MeasurementFile& file : files) {
        if (file.measurement.machine != name)
            return Error{.where = file.path + "#/machine",
                         .what = "found \"" + file.measurement.machine + "\", expected \"" + name + "\", the folder"};
        SAKU_TRY(subject, open_subject(std::move(file), machine, coefficients));
        study.subjects.push_back(std::move(subject));
    }
    const std::string notes = (fs::path(folder) / "notes.md").string();
    if (fs::exists(notes)) {
        SAKU_TRY(text, read_file(notes));
        study.notes = text;
    }
    const std::string calibration_file = (fs::path(folder).parent_path() / (name + ".calibration.json")).string();
    if (fs::exists(calibration_file)) {
        SAKU_TRY(text, read_file(calibration_file));
        SAKU_TRY(calibration, targets::calibration_from_json(text, calibration_file));
        SAKU_TRY(calibrated, targets::calibrated(machine, calibration, calibration_file));
        study.calibrated = {.calibration = calibration, .machine = calibrated};
    }
    return study;
}

Result<std::vector<Study>> open_studies(const std::string& folder) {
    std::vector<std::string> folders;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
        if (at->is_directory() && has_measurements(at->path())) folders.push_back(at->path().string());
    }
    if (failure) return Error{.where = folder, .what = "cannot be listed: " + failure.message()};
    if (folders.empty())
        return Error{.where = folder, .what = "found no measurements, expected a folder for each machine"};
    std::sort(folders.begin(), folders.end());
    std::vector<Study> studies;
    for (const std::string& each : folders) {
        SAKU_TRY(study, open_study(each));
        studies.push_back(std::move(study));
    }
    return studies;
}

std::size_t sample_count(const Study& study) {
    std::size_t count = 0;
    for (const Subject& subject : study.subjects) count += subject.priced.samples.size();
    return count;
}

}  // namespace saku::fidelity
