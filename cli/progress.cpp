#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace saku::cli {
namespace {

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
    return size.ws_col;
}

}  // namespace

Progress::Progress() : enabled_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::subject(const std::string& text) {
    const std::lock_guard lock(mutex_);
    subject_ = text;
    last_ = {};
}

void Progress::report(double fraction, const std::string& stage) {
    constexpr std::size_t cells = 20;
    constexpr auto interval = std::chrono::milliseconds(50);
    if (!enabled_) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < interval) return;
    last_ = now;
    fraction = std::clamp(fraction, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(fraction * cells);
    const std::string bar = "  [" + std::string(full, '#') + std::string(cells - full, '.') + "] " +
                            std::to_string(static_cast<int>(fraction * 100)) + "%  " + stage;
    const std::size_t width = terminal_width() - 1;
    const std::size_t room = width > bar.size() ? width - bar.size() : 0;
    const std::string line = subject_.substr(0, room) + bar;
    std::fprintf(stderr, "\r\033[K%s", line.substr(0, width).c_str());
    std::fflush(stderr);
    drawn_ = true;
}

void Progress::clear() {
    const std::lock_guard lock(mutex_);
    if (drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
}

}  // namespace saku::cli
