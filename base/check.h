// Invariants of saku itself. A failed check is a bug in saku, never a way to refuse input; the program
// reports it as an internal error (exit code 3).
#pragma once

#include <stdexcept>
#include <string>

namespace saku {

/// Thrown by SAKU_CHECK only; nothing but the program's outermost frame catches it.
class InternalError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

[[noreturn]] inline void check_failed(const char* file, int line, const char* condition, const std::string& note) {
    throw InternalError(std::string(file) + ":" + std::to_string(line) + ": internal error: " + condition +
                        (note.empty() ? "" : " (" + note + ")"));
}

}  // namespace saku

#define SAKU_CHECK(condition, note)                                             \
    do {                                                                        \
        if (!(condition)) ::saku::check_failed(__FILE__, __LINE__, #condition, note); \
    } while (false)
