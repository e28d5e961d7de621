#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

namespace saku::cli {
namespace {

/// Ends the watching thread.
constexpr int wake_signal = SIGUSR1;

sigset_t watched_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        // A signal ignored by whoever started the program (nohup, a background job) stays ignored.
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
        sigaddset(&signals, signal);
    }
    sigaddset(&signals, wake_signal);
    return signals;
}

/// In place of a progress line. A reader that is gone does not matter.
void say(const std::string& text) {
    const std::string line = (isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "") + text;
    for (std::size_t written = 0; written < line.size();) {
        const ssize_t count = ::write(STDERR_FILENO, line.data() + written, line.size() - written);
        if (count <= 0) return;
        written += static_cast<std::size_t>(count);
    }
}

}  // namespace

Interruptible::Interruptible() {
    const sigset_t signals = watched_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    watcher_ = std::thread([this] { watch(); });
}

Interruptible::~Interruptible() {
    pthread_kill(watcher_.native_handle(), wake_signal);
    watcher_.join();
}

Result<Done> Interruptible::write(const std::vector<OutputFile>& files) {
    const std::lock_guard lock(writing_);
    return write_files(files, &temporary_files_);
}

void Interruptible::on_interrupt(std::function<void()> clean_up) {
    const std::lock_guard lock(cleaning_);
    clean_up_ = std::move(clean_up);
}

void Interruptible::note(const std::string& text) {
    const std::lock_guard lock(cleaning_);
    note_ = text;
}

void Interruptible::watch() {
    const sigset_t signals = watched_signals();
    int signal = 0;
    if (sigwait(&signals, &signal) != 0 || signal == wake_signal) return;
    // A write takes milliseconds and is better finished; one that hangs (a pipe nobody reads) is cut off and cleaned
    // up.
    const bool idle = writing_.try_lock_for(std::chrono::milliseconds(200));
    for (int attempt = 0; !idle && !temporary_files_.remove_all() && attempt < 100; ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    {
        const std::lock_guard lock(cleaning_);
        if (clean_up_) clean_up_();
        if (!note_.empty()) say("saku: interrupted; " + note_ + "\n");
    }
    _exit(128 + signal);
}

}  // namespace saku::cli
