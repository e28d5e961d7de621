// Strict JSON: parsing that never throws, and cursors that read documents with a position in every complaint.
//
// Reading a document:
//
//     SAKU_TRY(json, parse_json(text, "zen5.json"));
//     JsonReader reader("zen5.json", json);
//     JsonCursor root = reader.root();
//     root.header("machine", 1);
//     Core core{.issue_width = root.member("core").member("issue_width").integer<int>(1, 64)};
//     SAKU_TRY_DONE(reader.finish());
//
// Complaints name the file and the place by JSON pointer (RFC 6901):
//
//     zen5.json#/caches/1/ways: found -3, expected an integer from 1 to 64
//     zen5.json#/caches/1/way: unknown key, expected one of latency_cycles, level, ways
//
// A read that fails gives the nearest harmless value and is remembered by the reader, so that code that reads is a list
// of fields without branches; what was read counts only when `finish` succeeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace saku {

/// Keeps members in the order of the document, so that what is written is laid out as its writer meant.
using Json = nlohmann::ordered_json;

struct JsonLimits {
    std::size_t bytes = std::size_t{8} << 20;  ///< of text; bounds memory at about thirty times as much
    int depth = 64;                            ///< objects and arrays within each other
};

/// Parses exactly one JSON value (RFC 8259, UTF-8, no comments). Errors carry `file:line:column` (columns count bytes,
/// from 1): malformed or truncated text, invalid UTF-8, numbers beyond a double, a key twice in one object, a text too
/// large or too deeply nested.
[[nodiscard]] Result<Json> parse_json(std::string_view text, const std::string& file, const JsonLimits& limits = {});

/// Indented by two spaces, with a final newline; the same bytes on every host. Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string to_text(const Json& json);
/// On one line, without a newline.
[[nodiscard]] std::string to_line(const Json& json);

class JsonReader;

/// A place in a document, present or not. Cheap to copy; valid as long as its reader and the document.
class JsonCursor {
public:
    /// Is there a value here?
    [[nodiscard]] bool exists() const { return value_ != nullptr; }
    /// The value as parsed; null where there is none.
    [[nodiscard]] const Json* raw() const { return value_; }
    /// "#/caches/1/ways".
    [[nodiscard]] const std::string& pointer() const { return pointer_; }

    // ---- into objects and arrays

    /// A member that must be there; reading a missing one complains and says what was expected.
    [[nodiscard]] JsonCursor member(const std::string& key) const;
    /// A member that may be left out.
    [[nodiscard]] std::optional<JsonCursor> find(const std::string& key) const;
    /// All members of an object whose keys are free, in document order.
    [[nodiscard]] std::vector<std::pair<std::string, JsonCursor>> members() const;
    /// The elements of an array; a length outside the range is a complaint and gives none.
    [[nodiscard]] std::vector<JsonCursor> items(std::size_t at_least = 0,
                                                std::size_t at_most = std::numeric_limits<std::size_t>::max()) const;

    // ---- values; ranges include both ends

    [[nodiscard]] std::int64_t integer64(std::int64_t low, std::int64_t high) const;
    template <class T = std::int64_t>
    [[nodiscard]] T integer(T low, T high = std::numeric_limits<T>::max()) const {
        return static_cast<T>(integer64(low, high));
    }
    [[nodiscard]] double number(double low, double high) const;
    /// A finite number above zero.
    [[nodiscard]] double positive() const;
    [[nodiscard]] bool boolean() const;
    /// A string; `what` completes "expected ..." ("a processor name"). Empty strings only when `may_be_empty`.
    [[nodiscard]] std::string text(const std::string& what = "a string", bool may_be_empty = false) const;
    /// One of the listed strings, as its position.
    [[nodiscard]] std::size_t choice(const std::vector<std::string>& choices) const;

    // ---- complaints

    /// Reads the members that say what a file is: "schema" and "kind".
    void header(const std::string& kind, int schema) const;
    /// "found <value>, expected <expected>", or "missing, expected ..." where there is none.
    void expected(const std::string& expected) const;
    /// A complaint in the caller's own words.
    void complain(const std::string& what) const;

private:
    friend class JsonReader;
    JsonCursor(JsonReader* reader, const Json* value, std::string pointer, bool silent)
        : reader_(reader), value_(value), pointer_(std::move(pointer)), silent_(silent) {}
    [[nodiscard]] JsonCursor below(const Json* value, const std::string& step) const;
    [[nodiscard]] bool is_object() const;

    JsonReader* reader_;
    const Json* value_;
    std::string pointer_;
    bool silent_;  ///< below a place that was already complained about
};

/// Walks one document and collects what is wrong with it. Neither it nor the document may move while cursors live.
class JsonReader {
public:
    /// `file` is for messages only.
    JsonReader(std::string file, const Json& document) : file_(std::move(file)), document_(&document) {}
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;

    [[nodiscard]] JsonCursor root();
    /// Everything wrong so far; unknown keys of the objects visited come first, because a misspelt key also is a
    /// missing one. Call when all has been read.
    [[nodiscard]] std::vector<Error> problems() const;
    /// The first problem, if any.
    [[nodiscard]] Result<Done> finish() const;

private:
    friend class JsonCursor;
    struct Visit {
        const Json* object;
        std::string pointer;
        std::set<std::string> keys;  ///< asked for
    };
    void complain(const std::string& pointer, const std::string& what);
    Visit& visit(const Json* object, const std::string& pointer);

    std::string file_;
    const Json* document_;
    std::vector<Visit> visits_;                    ///< in the order of the first visit
    std::map<std::string, std::size_t> visit_of_;  ///< pointer -> position in visits_
    std::vector<Error> problems_;
};

}  // namespace saku
