#include "targets/kernel_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/hash.h"
#include "targets/kernel_signature.h"

namespace saku::targets {
namespace {

constexpr std::size_t longest = 200;

/// Names of C's library that a kernel could plausibly be given: of the headers that kernels' own headers include, and
/// functions that a program is likely to link with, whose place a kernel would silently take.
constexpr std::string_view library_names =
    " main NULL offsetof size_t ptrdiff_t max_align_t nullptr_t wchar_t unreachable errno SIZE_MAX SIZE_WIDTH "
    "PTRDIFF_MIN PTRDIFF_MAX PTRDIFF_WIDTH SIG_ATOMIC_MIN SIG_ATOMIC_MAX SIG_ATOMIC_WIDTH WCHAR_MIN WCHAR_MAX "
    "WCHAR_WIDTH WINT_MIN WINT_MAX WINT_WIDTH "
    // <stdlib.h>
    "malloc calloc realloc free aligned_alloc abort exit atexit quick_exit at_quick_exit system getenv abs labs llabs "
    "div ldiv lldiv rand srand qsort bsearch atof atoi atol atoll mblen mbtowc wctomb mbstowcs wcstombs "
    // <stdio.h>
    "FILE EOF BUFSIZ stdin stdout stderr printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf scanf "
    "fscanf sscanf vscanf vfscanf vsscanf puts fputs gets fgets putc fputc putchar getc fgetc getchar ungetc fopen "
    "freopen fclose fflush fread fwrite fseek ftell rewind fgetpos fsetpos feof ferror clearerr perror remove rename "
    "tmpfile tmpnam setbuf setvbuf "
    // <math.h>, for double; with f or l at the end they are those of float and long double
    "acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 frexp ilogb ldexp log log10 "
    "log1p log2 logb modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma tgamma ceil floor nearbyint rint "
    "lrint llrint round lround llround trunc fmod remainder remquo copysign nan nextafter nexttoward fdim fmax fmin "
    "fma ";

bool is_listed(const std::string& name) { return library_names.find(" " + name + " ") != std::string_view::npos; }

/// Names that begin with mem, str or wcs and a lower-case letter (C11 7.31.13), and what <stdint.h> defines or may
/// (7.31.10): (u)int..._t, (U)INT..._MAX and the like.
bool has_reserved_pattern(const std::string& name) {
    const auto ends = [&](const auto& endings) {
        return std::any_of(endings.begin(), endings.end(),
                           [&](std::string_view ending) { return name.ends_with(ending); });
    };
    constexpr std::array<std::string_view, 4> macro_endings{"_MAX", "_MIN", "_WIDTH", "_C"};
    const bool is_type = (name.starts_with("int") || name.starts_with("uint")) && name.ends_with("_t");
    const bool is_macro = (name.starts_with("INT") || name.starts_with("UINT")) && ends(macro_endings);
    const bool is_function = (name.starts_with("mem") || name.starts_with("str") || name.starts_with("wcs")) &&
                             name.size() > 3 && name[3] >= 'a' && name[3] <= 'z';
    return is_type || is_macro || is_function;
}

bool is_of_the_library(const std::string& name) {
    const bool has_suffix = name.ends_with('f') || name.ends_with('l');
    return name == "std" || is_listed(name) || has_reserved_pattern(name) ||
           (has_suffix && is_listed(name.substr(0, name.size() - 1)));
}

/// Why an identifier is taken; empty where it is free.
std::string taken(const std::string& name) {
    if (is_keyword(name)) return "is a keyword of C or C++";
    if (name.front() == '_' || name.find("__") != std::string::npos)
        return "is reserved (a leading underscore, or two in a row)";
    if (is_of_the_library(name)) return "belongs to the standard library";
    if (name == "saku" || name.starts_with("saku_")) return "belongs to saku";
    return "";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Is text[i] the minus sign of a parameter or of its exponent? Dashes in the names of files are none.
bool is_minus(const std::string& text, std::size_t i) {
    return text[i] == '-' && i > 0 && (text[i - 1] == '=' || text[i - 1] == 'e') && i + 1 < text.size() &&
           is_digit(text[i + 1]);
}

}  // namespace

Result<Done> check_kernel_name(const std::string& name) {
    const std::string expected = ", expected a C identifier of at most " + std::to_string(longest) + " characters";
    const auto refused = [&](const std::string& why) { return Error{.where = "", .what = why + expected}; };
    if (name.empty()) return refused("the name is empty");
    if (name.size() > longest) return refused("the name has " + std::to_string(name.size()) + " characters");
    const bool is_identifier = !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '_';
    });
    if (!is_identifier) return refused("found '" + name + "'");
    if (const std::string why = taken(name); !why.empty()) return refused("'" + name + "' " + why);
    return Done{};
}

std::string kernel_name_from(const std::string& shorthand) {
    std::string name;
    for (std::size_t i = 0; i < shorthand.size(); ++i) {
        if (is_letter(shorthand[i]) || is_digit(shorthand[i]))
            name += shorthand[i];
        else if (!name.empty() && name.back() != '_')
            name += '_';
        if (is_minus(shorthand, i)) {
            // An exponent's sign stands within the number: 1em05.
            if (shorthand[i - 1] == 'e') name.pop_back();
            name += 'm';
        }
    }
    const auto cut = [&](std::size_t size) {
        name.resize(std::min(name.size(), size));
        name.erase(name.find_last_not_of('_') + 1);
    };
    cut(name.size());
    if (name.empty()) return "op";
    if (is_digit(name.front()) || !taken(name).empty()) name.insert(0, "op_");
    if (name.size() <= longest) return name;
    const std::string fingerprint = "_" + hex(fnv1a(shorthand));
    cut(longest - fingerprint.size());
    return name + fingerprint;
}

}  // namespace saku::targets
