#include "bench/fidelity/report.h"

#include <doctest/doctest.h>

#include "bench/fidelity/ablation.h"
#include "bench/fidelity/checked.h"
#include "made_study.h"

namespace saku::fidelity {
namespace {

using tests::keep;
using tests::made_up;
using tests::StudyFolder;

double as_predicted(double seconds, int) { return seconds; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("times as predicted meet everything that was asked for") {
    const StudyFolder folder;
    keep(folder, made_up("matmul:m=96,n=64,k=48", 24, as_predicted));
    keep(folder, made_up("conv2d:c=16,h=14,w=14,k=32,r=3,s=3,pad=1", 24, as_predicted));
    const auto studies = open_studies(folder.path());
    REQUIRE_MESSAGE(studies, studies.error().text());
    REQUIRE(studies->size() == 1);
    CHECK(sample_count(studies->front()) == 48);
    const std::string text = report(*studies);
    CHECK(contains(text, "\n## zen5\n"));
    CHECK(contains(text,
                   "Measured 2026-11-21 on a processor, 1 thread, by saku 1 and LLVM 2: 2 operators, 48 schedules"));
    CHECK(contains(text, "| Spearman, mean | at least 0.92 | 1.000 | met |"));
    CHECK_FALSE(contains(text, "not met"));
    CHECK(contains(text, "| `conv2d:c=16,h=14,w=14,k=32,r=3,s=3,pad=1` | 16 | 8 | 1.00 | 1.00 | 1.00 | 1.00 |"));
    CHECK(contains(text, "| (the model as it is) |  | 1.000 | "));
    for (const Variation& variation : variations())
        CHECK(contains(text, "| " + variation.name + " | " + variation.what));
    CHECK(contains(text, "| all operators |  | "));
    CHECK_FALSE(contains(text, "+0 %"));
    CHECK_FALSE(contains(text, "-0 %"));
    CHECK(report(*open_studies(folder.path())) == text);
}

TEST_CASE("a calibration beside the measurements is tried on them") {
    const StudyFolder folder;
    keep(folder, made_up("matmul:m=96,n=64,k=48", 24, as_predicted));
    CHECK_FALSE(contains(report(*open_studies(folder.path())), "calibrating"));
    const targets::Machine machine = *targets::machine_named("zen5");
    const auto figure = [](double value) {
        return targets::Figure{.value = value, .spread = 0, .samples = 1, .method = "made up"};
    };
    targets::Calibration calibration{.machine = "zen5",
                                     .cpu = "a processor",
                                     .when = "2026-11-21T12:00:00Z",
                                     .saku_version = "1",
                                     .llvm_version = "2"};
    calibration.ghz = figure(machine.ghz / 2);
    calibration.ports = {
        .multiply_adds_per_cycle = figure(2), .loads_per_cycle = figure(2), .stores_per_cycle = figure(1)};
    for (const targets::Cache& cache : machine.caches) {
        calibration.caches.push_back({.level = cache.level,
                                      .size_bytes = cache.size_bytes,
                                      .load_bytes_per_cycle = figure(cache.load_bytes_per_cycle),
                                      .store_bytes_per_cycle = figure(cache.store_bytes_per_cycle)});
    }
    const std::string file = folder.path("zen5.calibration.json");
    CHECK(write_files({{.path = file, .content = to_text(calibration)}}));
    const std::string text = report(*open_studies(folder.path()));
    CHECK(contains(text, "measured 1.90 GHz (the file says 3.80)"));
    CHECK(contains(text, "| the machine's file | 1.000 | 1.00 | 1.000 | 0 % | 0 % | 1.000 |"));
    CHECK(contains(text, "| and a calibration | 1.000 | 1.00 | 1.000 | 100 % | 100 % | 1.000 |"));
    CHECK(write_files({{.path = file, .content = "{}"}}));
    CHECK_FALSE(open_studies(folder.path()).ok());
}

TEST_CASE("a model that is wrong is said to be") {
    const StudyFolder folder;
    keep(folder, made_up("matmul:m=96,n=64,k=48", 24, [](double seconds, int) { return 2 * seconds; }));
    keep(folder, made_up("matmul:m=96,n=64,k=40", 24, [](double, int i) { return 1e-6 * (i * 7 % 24 + 1); }));
    CHECK(write_files({{.path = folder.path("zen5/notes.md"), .content = "Half as fast as thought.\n"}}));
    const std::string text = report(*open_studies(folder.path()));
    CHECK(contains(text, "**not met**"));
    CHECK(contains(text, "-50 %, median -50 % ("));
    CHECK(contains(text, "\nHalf as fast as thought.\n"));
}

TEST_CASE("every variation changes some price, and the model as it is none") {
    const StudyFolder folder;
    keep(folder, made_up("matmul:m=1024,n=1024,k=1024", 60, as_predicted));
    keep(folder, made_up("conv2d:c=32,h=56,w=56,k=48,r=3,s=3,pad=1", 60, as_predicted));
    keep(folder, made_up("matmul:m=1,n=4096,k=4096", 60, as_predicted));
    const Study study = *open_study(folder.path("zen5"));
    for (const Fit& fit : fits(study)) CHECK(fit.spearman == doctest::Approx(1));
    for (const Variation& variation : variations()) {
        CAPTURE(variation.name);
        CHECK(changes_prices(study, variation));
    }
    CHECK_FALSE(changes_prices(study, {.name = "nothing", .what = "as it is"}));
}

TEST_CASE("what is no study is refused") {
    const StudyFolder folder;
    CHECK(open_studies(folder.path()).error().what == "found no measurements, expected a folder for each machine");
    CHECK(open_studies("/no/such/folder").error().text().starts_with("/no/such/folder: cannot be listed: "));
    tuner::KeptMeasurement measurement = made_up("matmul:m=96,n=64,k=48", 6, as_predicted);
    measurement.machine = "haswell";
    keep(folder, measurement);
    CHECK(open_studies(folder.path()).error().text() ==
          folder.path("zen5/matmul_m_96_n_64_k_48.json") +
              "#/machine: found \"haswell\", expected \"zen5\", the folder");
    std::filesystem::rename(folder.path("zen5"), folder.path("zen99"));
    CHECK_FALSE(open_studies(folder.path()));
}

TEST_CASE("the measurements of the repository can be read") {
    const std::filesystem::path root = std::filesystem::path(SAKU_SOURCE_DIR) / "bench" / "fidelity";
    for (const auto& folder : std::filesystem::directory_iterator(root)) {
        if (!folder.is_directory()) continue;
        const auto files = tuner::measurements_at(folder.path().string());
        CHECK_MESSAGE(files, files.error().text());
    }
}

}  // namespace
}  // namespace saku::fidelity
