// The text of a measurement: laid out by hand, so that files stay small and a sample is a line.
#include <cmath>
#include <sstream>

#include "base/json.h"
#include "tuner/compare/measurement.h"

namespace saku::tuner {

namespace {

constexpr double longest = 1e5;  ///< seconds that a kernel may take
constexpr double most_ratio = 1e6;

/// Microseconds, rounded to nanoseconds, but at least four digits.
double microseconds(double seconds) {
    const double nanoseconds = seconds * 1e9;
    return nanoseconds >= 1000 ? std::round(nanoseconds) / 1000 : nanoseconds / 1000;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> split_words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

Json picks_json(const KeptPicks& picks) {
    return {{"static_us", microseconds(picks.static_seconds)},
            {"static_predicted_us", microseconds(picks.static_predicted)},
            {"static_tuning_seconds", picks.static_tuning_seconds},
            {"top1_ratio", picks.top1_ratio},
            {"top8_ratio", picks.top8_ratio},
            {"profiled_us", microseconds(picks.profiled_seconds)},
            {"profiled_tuning_seconds", picks.profiled_tuning_seconds},
            {"profiled_trials", picks.profiled_trials}};
}

Json sketch_json(const KeptSketch& sketch) {
    Json holes = Json::array();
    for (const KeptHole& hole : sketch.holes) holes.push_back({{"name", hole.name}, {"values", hole.labels}});
    return {{"name", sketch.name}, {"holes", std::move(holes)}};
}

Json sample_json(const KeptSample& sample) {
    std::vector<std::string> digits;
    for (const int digit : sample.digits) digits.push_back(std::to_string(digit));
    return Json::array({name_of(sample.origin), sample.sketch, joined(digits), microseconds(sample.first_seconds),
                        microseconds(sample.second_seconds), sample.schedule});
}

template <class T>
std::string lines(const std::vector<T>& values, Json (*json_of)(const T&)) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "\n    " : ",\n    ") + to_line(json_of(value));
    return "[" + text + "\n  ]";
}

KeptPicks read_picks(const JsonCursor& picks) {
    const auto seconds = [&](const char* key) { return picks.member(key).number(0, longest * 1e6) * 1e-6; };
    return {.static_seconds = seconds("static_us"),
            .static_predicted = seconds("static_predicted_us"),
            .static_tuning_seconds = picks.member("static_tuning_seconds").number(0, 1e9),
            .top1_ratio = picks.member("top1_ratio").number(0, most_ratio),
            .top8_ratio = picks.member("top8_ratio").number(0, most_ratio),
            .profiled_seconds = seconds("profiled_us"),
            .profiled_tuning_seconds = picks.member("profiled_tuning_seconds").number(0, 1e9),
            .profiled_trials = picks.member("profiled_trials").integer<std::size_t>(0, 1'000'000'000)};
}

KeptSketch read_sketch(const JsonCursor& sketch) {
    KeptSketch read{.name = sketch.member("name").text("the name of a sketch"), .holes = {}};
    for (const JsonCursor& hole : sketch.member("holes").items(0, 64)) {
        KeptHole& kept = read.holes.emplace_back();
        kept.name = hole.member("name").text("the name of a hole");
        for (const JsonCursor& label : hole.member("values").items(1)) kept.labels.push_back(label.text("a value"));
    }
    return read;
}

/// A digit for every hole of the sketch, each below the number of its values.
std::vector<int> read_digits(const JsonCursor& cursor, const KeptSketch& sketch) {
    const std::vector<std::string> words = split_words(cursor.text("positions of values", true));
    std::vector<int> digits;
    bool is_sound = words.size() == sketch.holes.size();
    for (std::size_t h = 0; is_sound && h < words.size(); ++h) {
        const bool is_number = words[h].size() <= 6 && words[h].find_first_not_of("0123456789") == std::string::npos;
        const int digit = is_number ? std::stoi(words[h]) : -1;
        is_sound = digit >= 0 && static_cast<std::size_t>(digit) < sketch.holes[h].labels.size();
        digits.push_back(digit);
    }
    if (is_sound) return digits;
    cursor.expected("a position of a value for each of the " + std::to_string(sketch.holes.size()) +
                    " holes of its sketch");
    return std::vector<int>(sketch.holes.size(), 0);
}

KeptSample read_sample(const JsonCursor& sample, const std::vector<KeptSketch>& sketches) {
    const std::vector<JsonCursor> cells = sample.items(6, 6);
    if (cells.size() != 6 || sketches.empty()) return {};
    const int sketch = cells[1].integer<int>(0, static_cast<int>(sketches.size()) - 1);
    const auto seconds = [](const JsonCursor& cursor) {
        const double us = cursor.number(0, longest * 1e6);
        if (!(us > 0)) cursor.expected("a time above zero, in microseconds");
        return us * 1e-6;
    };
    KeptSample read{.origin = cells[0].choice({"random", "near"}) == 0 ? Origin::random : Origin::near,
                    .sketch = sketch,
                    .digits = read_digits(cells[2], sketches[static_cast<std::size_t>(sketch)]),
                    .first_seconds = seconds(cells[3]),
                    .second_seconds = seconds(cells[4]),
                    .schedule = cells[5].text("the fingerprint of a schedule")};
    return read;
}

Circumstances read_circumstances(const JsonCursor& root) {
    constexpr std::size_t most = 1'000'000;
    Circumstances read;
    read.seed = static_cast<std::uint64_t>(root.member("seed").integer<std::int64_t>(0));
    read.cpu = root.member("cpu").text("the name of a processor", true);
    read.when = root.member("when").text("a time, as 2026-11-21T12:00:00Z");
    const JsonCursor versions = root.member("versions");
    read.versions = {.saku = versions.member("saku").text(), .llvm = versions.member("llvm").text()};
    const JsonCursor wanted = root.member("wanted");
    read.wanted_samples = wanted.member("samples").integer<std::size_t>(0, most);
    read.wanted_trials = wanted.member("trials").integer<std::size_t>(0, most);
    if (const auto calibration = root.find("calibration"))
        read.calibration = calibration->text("the fingerprint of a calibration");
    if (const auto again = root.find("again")) {
        for (const JsonCursor& each : again->items(1, 1000)) read.again.push_back(each.text("a time, as above"));
    }
    return read;
}

/// Files of another kind have other keys, too: the kind is what is wrong with them.
Result<Done> check_kind(const Json& json, const std::string& file) {
    if (!json.is_object() || !json.contains("kind") || json["kind"] == "measurement") return Done{};
    return Error{.where = file + "#/kind", .what = "found " + to_line(json["kind"]) + ", expected \"measurement\""};
}

}  // namespace

std::string to_text(const KeptMeasurement& measurement) {
    const Circumstances& by = measurement.circumstances;
    Json failed = Json::object();
    for (const auto& [status, count] : measurement.failed) failed[status] = count;
    Json head{{"schema", 1},
              {"kind", "measurement"},
              {"op", measurement.op},
              {"machine", measurement.machine},
              {"threads", measurement.threads},
              {"seed", by.seed},
              {"cpu", by.cpu},
              {"when", by.when},
              {"versions", {{"saku", by.versions.saku}, {"llvm", by.versions.llvm}}},
              {"wanted", {{"samples", by.wanted_samples}, {"trials", by.wanted_trials}}},
              {"failed", std::move(failed)},
              {"picks", picks_json(measurement.picks)}};
    if (!by.calibration.empty()) head["calibration"] = by.calibration;
    if (!by.again.empty()) head["again"] = by.again;
    std::string text;
    for (const auto& [key, value] : head.items())
        text += (text.empty() ? "{\n  " : ",\n  ") + to_line(Json(key)) + ": " + to_line(value);
    text += ",\n  \"sketches\": " + lines(measurement.sketches, sketch_json);
    return text + ",\n  \"samples\": " + lines(measurement.samples, sample_json) + "\n}\n";
}

Result<KeptMeasurement> measurement_from_json(const std::string& text, const std::string& file) {
    SAKU_TRY(json, parse_json(text, file));
    SAKU_TRY_DONE(check_kind(json, file));
    JsonReader reader(file, json);
    const JsonCursor root = reader.root();
    root.header("measurement", 1);
    KeptMeasurement read{.op = root.member("op").text("an operator"),
                         .machine = root.member("machine").text("the name of a machine"),
                         .threads = root.member("threads").integer<int>(1, 1024),
                         .circumstances = read_circumstances(root)};
    for (const auto& [status, count] : root.member("failed").members())
        read.failed[status] = count.integer<std::size_t>(0, 1'000'000);
    read.picks = read_picks(root.member("picks"));
    for (const JsonCursor& sketch : root.member("sketches").items(1)) read.sketches.push_back(read_sketch(sketch));
    for (const JsonCursor& sample : root.member("samples").items(1))
        read.samples.push_back(read_sample(sample, read.sketches));
    SAKU_TRY_DONE(reader.finish());
    return read;
}

}  // namespace saku::tuner
