#include "base/json.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace saku {

namespace {

/// Bytes that are not printable ASCII as \xNN, so that messages stay one clean line whatever the input.
std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string clean;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte < 0x7f) {
            clean += character;
        } else {
            clean += "\\x";
            clean += digits[byte >> 4];
            clean += digits[byte & 15];
        }
    }
    return clean;
}

/// The part of nlohmann's message that says what is wrong: "[json.exception.parse_error.101] parse error at line 1,
/// column 2: syntax error while parsing value - invalid literal; last read: '{x'" becomes "invalid literal; ...".
std::string plain_message(std::string_view message) {
    constexpr std::size_t longest = 160;
    for (const std::string_view mark : {"] ", " - "}) {
        if (const std::size_t at = message.find(mark); at != std::string_view::npos)
            message.remove_prefix(at + mark.size());
    }
    std::string plain = printable(message.substr(0, longest));
    return message.size() > longest ? plain + "..." : plain;
}

/// Characters for the parser; tells how many it has taken, which the parser's events do not.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, std::size_t* taken) : at_(at), taken_(taken) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        ++at_;
        ++*taken_;
        return *this;
    }
    friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

private:
    const char* at_;
    std::size_t* taken_;
};

/// Builds the document from the parser's events; refuses what the limits and strictness forbid. Signatures are those
/// that nlohmann::json_sax asks for.
class Builder {
public:
    Builder(std::string_view text, const std::string& file, const JsonLimits& limits)
        : text_(text), file_(file), limits_(limits) {}

    bool null() { return add(Json(nullptr)); }
    bool boolean(bool value) { return add(Json(value)); }
    bool number_integer(Json::number_integer_t value) { return add(Json(value)); }
    bool number_unsigned(Json::number_unsigned_t value) { return add(Json(value)); }
    bool number_float(Json::number_float_t value, const std::string&) { return add(Json(value)); }
    bool string(std::string& value) { return add(Json(std::move(value))); }
    bool binary(Json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Json(Json::value_t::object)); }
    bool start_array(std::size_t) { return open(Json(Json::value_t::array)); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        Level& level = levels_.back();
        if (!level.keys.insert(name).second)
            return refuse(start_of_string(), "key \"" + printable(name) + "\" appears twice in one object");
        level.key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& exception) {
        failure_ = Error{.where = where(position), .what = "malformed JSON: " + plain_message(exception.what())};
        return false;
    }

    Result<Json> run() {
        // The parser would take a zero byte for the end of the text and ignore what follows it.
        if (const std::size_t zero = text_.find('\0'); zero != std::string_view::npos)
            return Error{.where = where(zero + 1), .what = "malformed JSON: a zero byte"};
        const char* end = text_.data() + text_.size();
        Json::sax_parse(CountingIterator(text_.data(), &taken_), CountingIterator(end, &taken_), this);
        if (failure_) return std::move(*failure_);
        return std::move(document_);
    }

private:
    /// An object or array whose end has not come yet.
    struct Level {
        Json value;
        std::string key;
        std::set<std::string> keys;
    };

    bool add(Json value) {
        if (levels_.empty()) {
            document_ = std::move(value);
        } else if (Level& level = levels_.back(); level.value.is_array()) {
            level.value.push_back(std::move(value));
        } else {
            // Past ordered_map's own emplace, whose search for the key would make large objects quadratic.
            auto& members = level.value.get_ref<Json::object_t&>();
            members.Json::object_t::Container::emplace_back(std::move(level.key), std::move(value));
        }
        return true;
    }
    bool open(Json empty) {
        if (static_cast<int>(levels_.size()) >= limits_.depth)
            return refuse(taken_, "nested more than " + std::to_string(limits_.depth) + " levels deep");
        levels_.push_back({.value = std::move(empty), .key = {}, .keys = {}});
        return true;
    }
    bool close() {
        Json value = std::move(levels_.back().value);
        levels_.pop_back();
        return add(std::move(value));
    }
    bool refuse(std::size_t position, std::string what) {
        failure_ = Error{.where = where(position), .what = std::move(what)};
        return false;
    }
    /// The position (as for `where`) of the opening quote of the string taken last.
    [[nodiscard]] std::size_t start_of_string() const {
        std::size_t quote = taken_ - 1;
        const auto escaped = [&](std::size_t at) {
            std::size_t backslashes = 0;
            while (at > backslashes && text_[at - backslashes - 1] == '\\') ++backslashes;
            return backslashes % 2 == 1;
        };
        do --quote;
        while (quote > 0 && (text_[quote] != '"' || escaped(quote)));
        return quote + 1;
    }
    /// "file:line:column" of a byte; `position` counts the bytes read, the offending one included.
    [[nodiscard]] std::string where(std::size_t position) const {
        const std::size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
        std::size_t line = 1, column = 1;
        for (std::size_t i = 0; i < offset; ++i) {
            if (text_[i] == '\n') {
                ++line;
                column = 1;
            } else {
                ++column;
            }
        }
        return file_ + ":" + std::to_string(line) + ":" + std::to_string(column);
    }

    std::string_view text_;
    std::size_t taken_ = 0;
    const std::string& file_;
    const JsonLimits& limits_;
    Json document_;
    std::vector<Level> levels_;
    std::optional<Error> failure_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const std::string& file, const JsonLimits& limits) {
    if (text.size() > limits.bytes)
        return Error{.where = file,
                     .what = "JSON text of " + std::to_string(text.size()) + " bytes, expected at most " +
                             std::to_string(limits.bytes)};
    return Builder(text, file, limits).run();
}

std::string to_text(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }
std::string to_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace saku
