// What a function gives back when it can fail: a value, or the reason why there is none.
//
// Three kinds of failure are never mixed in saku:
//   * bad input       `Error`          the user's text or file is wrong; says where and what was expected; exit code 2
//   * not applicable  `NotApplicable`  a schedule step or a candidate does not fit this nest; normal during a search
//   * our bug         `SAKU_CHECK`     an invariant of saku itself is broken; never reachable from input
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace saku {

/// Bad input. `where` is a file, `file:line:column`, a JSON pointer or an option's name; it may be empty.
struct Error {
    std::string where;
    std::string what;  ///< What was found and what was expected, one sentence, no trailing full stop.

    /// "where: what", or only "what" where there is no position.
    [[nodiscard]] std::string text() const { return where.empty() ? what : where + ": " + what; }
};

/// A step, candidate or construct does not fit here. `reason` is a short fixed phrase that reports count by
/// ("spills registers"), `detail` says it for this very case ("35 vectors live, 32 registers").
struct NotApplicable {
    std::string reason;
    std::string detail;

    [[nodiscard]] std::string text() const { return detail.empty() ? reason : reason + ": " + detail; }
};

/// A value or a failure. GCC 12 has no std::expected; this is the part of it that saku needs.
template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}   // NOLINT(google-explicit-constructor)
    Result(E failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] T& operator*() & { return std::get<0>(state_); }
    [[nodiscard]] const T& operator*() const& { return std::get<0>(state_); }
    [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }
    [[nodiscard]] T* operator->() { return &std::get<0>(state_); }
    [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }

    [[nodiscard]] const E& error() const& { return std::get<1>(state_); }
    [[nodiscard]] E&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, E> state_;
};

/// The result of something that either works or says why not, and has no value of its own.
struct Done {};

template <class T>
using Fitted = Result<T, NotApplicable>;

/// Calls the right lambda for the alternative a variant holds; a missing alternative does not compile.
template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace saku

/// Returns the failure of `expression` from the calling function, or binds its value to `name`.
#define SAKU_TRY(name, expression)                              \
    auto name##_or_failure = (expression);                      \
    if (!name##_or_failure) return std::move(name##_or_failure).error(); \
    auto& name = *name##_or_failure

/// The same for a result whose value is not wanted.
#define SAKU_TRY_DONE(expression)                                       \
    do {                                                                \
        auto done_or_failure = (expression);                            \
        if (!done_or_failure) return std::move(done_or_failure).error(); \
    } while (false)
