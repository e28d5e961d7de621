// Pages of memory from the system.
#pragma once

#include <cstddef>
#include <cstdint>

namespace saku::tuner {

[[nodiscard]] std::size_t page_bytes();

/// Who sees what is written.
enum class Sharing : std::uint8_t {
    own,     ///< this process
    common,  ///< those that are forked from it later, too; pages are taken when they are first written
};

/// Zeroed pages, given back at the end. `data()` is null when the system has none.
class Mapping {
public:
    Mapping(std::size_t bytes, Sharing sharing);
    ~Mapping();
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&&) = delete;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    [[nodiscard]] char* data() const { return data_; }

private:
    char* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace saku::tuner
