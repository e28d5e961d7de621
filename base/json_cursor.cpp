#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"

namespace saku {

namespace {

/// How a value is shown after "found": scalars as written, shortened; the rest by kind.
std::string shown(const Json& value) {
    constexpr std::size_t longest = 48;
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    std::string line = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (line.size() > longest) line = line.substr(0, longest) + "...";
    return line;
}

/// A key as one step of a JSON pointer (RFC 6901: ~ and / are escaped).
std::string pointer_step(const std::string& key) {
    std::string step;
    for (const char character : key) {
        if (character == '~')
            step += "~0";
        else if (character == '/')
            step += "~1";
        else
            step += character;
    }
    return step;
}

/// A bound as short text: integers without a point.
std::string shown_number(double value) { return Json(value).dump(); }

template <class T, class Show>
std::string range_text(const char* what, T low, T high, T unbounded, Show show) {
    if (low == high) return show(low);
    if (high == unbounded) return std::string(what) + " of at least " + show(low);
    return std::string(what) + " from " + show(low) + " to " + show(high);
}

std::string integer_range(std::int64_t low, std::int64_t high) {
    // Callers that mean "no upper bound" pass the largest value of their own type.
    if (high >= std::numeric_limits<int>::max()) high = std::numeric_limits<std::int64_t>::max();
    return range_text("an integer", low, high, std::numeric_limits<std::int64_t>::max(),
                      [](std::int64_t value) { return std::to_string(value); });
}

}  // namespace

// ---- reader

JsonCursor JsonReader::root() { return {this, document_, "#", false}; }

void JsonReader::complain(const std::string& pointer, const std::string& what) {
    const std::string where = file_ + pointer;
    const auto same = [&](const Error& error) { return error.where == where && error.what == what; };
    if (std::none_of(problems_.begin(), problems_.end(), same)) problems_.push_back({.where = where, .what = what});
}

JsonReader::Visit& JsonReader::visit(const Json* object, const std::string& pointer) {
    const auto [entry, is_new] = visit_of_.try_emplace(pointer, visits_.size());
    if (is_new) visits_.push_back({.object = object, .pointer = pointer, .keys = {}});
    return visits_[entry->second];
}

std::vector<Error> JsonReader::problems() const {
    std::vector<Error> all;
    for (const Visit& visit : visits_) {
        for (const auto& [key, value] : visit.object->items()) {
            if (visit.keys.count(key) != 0) continue;
            std::string known;
            for (const std::string& name : visit.keys) known += (known.empty() ? "" : ", ") + name;
            all.push_back({.where = file_ + visit.pointer + "/" + pointer_step(key),
                           .what = "unknown key, expected one of " + known});
        }
    }
    all.insert(all.end(), problems_.begin(), problems_.end());
    return all;
}

Result<Done> JsonReader::finish() const {
    std::vector<Error> all = problems();
    if (!all.empty()) return std::move(all.front());
    return Done{};
}

// ---- cursor: moving

JsonCursor JsonCursor::below(const Json* value, const std::string& step) const {
    return {reader_, value, pointer_ + "/" + step, silent_};
}

bool JsonCursor::is_object() const {
    if (value_ != nullptr && value_->is_object()) return true;
    expected("an object");
    return false;
}

JsonCursor JsonCursor::member(const std::string& key) const {
    if (!is_object()) return {reader_, nullptr, pointer_ + "/" + key, true};
    reader_->visit(value_, pointer_).keys.insert(key);
    const auto found = value_->find(key);
    return below(found == value_->end() ? nullptr : &*found, pointer_step(key));
}

std::optional<JsonCursor> JsonCursor::find(const std::string& key) const {
    const JsonCursor cursor = member(key);
    if (!cursor.exists()) return std::nullopt;
    return cursor;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
    std::vector<std::pair<std::string, JsonCursor>> all;
    if (!is_object()) return all;
    JsonReader::Visit& visit = reader_->visit(value_, pointer_);
    for (const auto& [key, value] : value_->items()) {
        visit.keys.insert(key);
        all.emplace_back(key, below(&value, pointer_step(key)));
    }
    return all;
}

std::vector<JsonCursor> JsonCursor::items(std::size_t at_least, std::size_t at_most) const {
    std::vector<JsonCursor> all;
    if (value_ == nullptr || !value_->is_array() || value_->size() < at_least || value_->size() > at_most) {
        const bool exact = at_least == at_most;
        const bool bounded = at_most != std::numeric_limits<std::size_t>::max();
        std::string length;
        if (exact)
            length = " of " + std::to_string(at_least);
        else if (bounded)
            length = " of " + std::to_string(at_least) + " to " + std::to_string(at_most);
        else if (at_least > 0)
            length = " of at least " + std::to_string(at_least);
        expected("an array" + length);
        return all;
    }
    for (std::size_t i = 0; i < value_->size(); ++i) all.push_back(below(&(*value_)[i], std::to_string(i)));
    return all;
}

// ---- cursor: values

std::int64_t JsonCursor::integer64(std::int64_t low, std::int64_t high) const {
    if (value_ != nullptr && value_->is_number_integer()) {
        // Beyond int64 nlohmann keeps an unsigned number, which is out of every range here.
        const bool fits = !value_->is_number_unsigned() ||
                          value_->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
        if (const auto value = value_->get<std::int64_t>(); fits && value >= low && value <= high) return value;
    }
    expected(integer_range(low, high));
    return low;
}

double JsonCursor::number(double low, double high) const {
    if (value_ != nullptr && value_->is_number()) {
        if (const auto value = value_->get<double>(); value >= low && value <= high) return value;
    }
    expected(range_text("a number", low, high, std::numeric_limits<double>::max(), shown_number));
    return low;
}

double JsonCursor::positive() const {
    if (value_ != nullptr && value_->is_number()) {
        if (const auto value = value_->get<double>(); value > 0 && std::isfinite(value)) return value;
    }
    expected("a positive number");
    return 1;
}

bool JsonCursor::boolean() const {
    if (value_ != nullptr && value_->is_boolean()) return value_->get<bool>();
    expected("true or false");
    return false;
}

std::string JsonCursor::text(const std::string& what, bool may_be_empty) const {
    if (value_ != nullptr && value_->is_string()) {
        const auto& value = value_->get_ref<const std::string&>();
        if (may_be_empty || !value.empty()) return value;
    }
    expected(what);
    return {};
}

std::size_t JsonCursor::choice(const std::vector<std::string>& choices) const {
    if (value_ != nullptr && value_->is_string()) {
        const auto found = std::find(choices.begin(), choices.end(), value_->get_ref<const std::string&>());
        if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    }
    std::string list;
    for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
    expected(choices.size() == 1 ? "\"" + list + "\"" : "one of " + list);
    return 0;
}

// ---- cursor: complaints

void JsonCursor::header(const std::string& kind, int schema) const {
    (void)member("kind").choice({kind});
    (void)member("schema").integer64(schema, schema);
}

void JsonCursor::expected(const std::string& expected) const {
    complain((value_ == nullptr ? "missing" : "found " + shown(*value_)) + ", expected " + expected);
}

void JsonCursor::complain(const std::string& what) const {
    if (!silent_) reader_->complain(pointer_, what);
}

}  // namespace saku
