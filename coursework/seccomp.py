"""The system calls that student code may not make: none that starts a process or opens a wall."""

import struct

# Numbers by machine, None where there is no such call. Without fork there is one process, so that
# its limits are the submission's; memory files, shared memory, queues and sockets would hold memory
# outside them; the rest reaches into other processes or has opened sandboxes before.
CALLS = {
    "fork": (57, None),
    "vfork": (58, None),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}
# machine: (its column above, AUDIT_ARCH, clone, clone3)
MACHINES = {"x86_64": (0, 0xC000003E, 56, 435), "aarch64": (1, 0xC00000B7, 220, 435)}


class NoSandboxError(Exception):
    """This machine cannot confine student code, so nothing is graded."""


def seccomp_filter(machine: str) -> bytes:
    """The filter as a program for the kernel: threads are allowed, processes are not.

    Args:
        machine: as `platform.machine()` calls it.

    Raises:
        NoSandboxError: the numbers of this machine's system calls are not known here.
    """
    if machine not in MACHINES:
        raise NoSandboxError(f"Grading runs on x86_64 and aarch64, not on {machine}.")
    column, arch, clone, clone3 = MACHINES[machine]
    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06
    kill, allow, not_permitted, no_such_call = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026
    clone_thread, x32 = 0x00010000, 0x40000000

    program = [(load, 4, 0, 0), (equal, arch, 1, 0), (give, kill, 0, 0), (load, 0, 0, 0)]
    program += [(any_bit, x32, 0, 1), (give, kill, 0, 0)]
    for numbers in CALLS.values():
        if (number := numbers[column]) is not None:
            program += [(equal, number, 0, 1), (give, not_permitted, 0, 0)]
    # clone3 hides its flags from the filter; "no such call" makes glibc fall back to clone.
    program += [(equal, clone3, 0, 1), (give, no_such_call, 0, 0)]
    program += [(equal, clone, 0, 3), (load, 16, 0, 0)]
    program += [(any_bit, clone_thread, 1, 0), (give, not_permitted, 0, 0), (give, allow, 0, 0)]
    return b"".join(struct.pack("=HBBI", code, yes, no, k) for code, k, yes, no in program)
