/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.h - numbers that have names, by class.
 * Written by tools/audit-tables of kernel.csv; do not edit. */
#ifndef PKG_AUDIT_TABLES_SYMBOLS_H
#define PKG_AUDIT_TABLES_SYMBOLS_H

/* clang-format off */
static const struct symbol_names {
	char none[1];
	char n_ADDR_COMPAT_LAYOUT[sizeof("ADDR_COMPAT_LAYOUT")];
	char n_ADDR_LIMIT_32BIT[sizeof("ADDR_LIMIT_32BIT")];
	char n_ADDR_LIMIT_3GB[sizeof("ADDR_LIMIT_3GB")];
	char n_ADDR_NO_RANDOMIZE[sizeof("ADDR_NO_RANDOMIZE")];
	char n_AT_EMPTY_PATH[sizeof("AT_EMPTY_PATH")];
	char n_AT_NO_AUTOMOUNT[sizeof("AT_NO_AUTOMOUNT")];
	char n_AT_RECURSIVE[sizeof("AT_RECURSIVE")];
	char n_AT_STATX_DONT_SYNC[sizeof("AT_STATX_DONT_SYNC")];
	char n_AT_STATX_FORCE_SYNC[sizeof("AT_STATX_FORCE_SYNC")];
	char n_AT_SYMLINK_FOLLOW[sizeof("AT_SYMLINK_FOLLOW")];
	char n_AT_SYMLINK_NOFOLLOW[sizeof("AT_SYMLINK_NOFOLLOW")];
	char n_BPF_BTF_GET_FD_BY_ID[sizeof("BPF_BTF_GET_FD_BY_ID")];
	char n_BPF_BTF_GET_NEXT_ID[sizeof("BPF_BTF_GET_NEXT_ID")];
	char n_BPF_BTF_LOAD[sizeof("BPF_BTF_LOAD")];
	char n_BPF_ENABLE_STATS[sizeof("BPF_ENABLE_STATS")];
	char n_BPF_ITER_CREATE[sizeof("BPF_ITER_CREATE")];
	char n_BPF_LINK_CREATE[sizeof("BPF_LINK_CREATE")];
	char n_BPF_LINK_DETACH[sizeof("BPF_LINK_DETACH")];
	char n_BPF_LINK_GET_FD_BY_ID[sizeof("BPF_LINK_GET_FD_BY_ID")];
	char n_BPF_LINK_GET_NEXT_ID[sizeof("BPF_LINK_GET_NEXT_ID")];
	char n_BPF_LINK_UPDATE[sizeof("BPF_LINK_UPDATE")];
	char n_BPF_MAP_CREATE[sizeof("BPF_MAP_CREATE")];
	char n_BPF_MAP_DELETE_BATCH[sizeof("BPF_MAP_DELETE_BATCH")];
	char n_BPF_MAP_DELETE_ELEM[sizeof("BPF_MAP_DELETE_ELEM")];
	char n_BPF_MAP_FREEZE[sizeof("BPF_MAP_FREEZE")];
	char n_BPF_MAP_GET_FD_BY_ID[sizeof("BPF_MAP_GET_FD_BY_ID")];
	char n_BPF_MAP_GET_NEXT_ID[sizeof("BPF_MAP_GET_NEXT_ID")];
	char n_BPF_MAP_GET_NEXT_KEY[sizeof("BPF_MAP_GET_NEXT_KEY")];
	char n_BPF_MAP_LOOKUP_AND_DELETE_BATCH[sizeof("BPF_MAP_LOOKUP_AND_DELETE_BATCH")];
	char n_BPF_MAP_LOOKUP_AND_DELETE_ELEM[sizeof("BPF_MAP_LOOKUP_AND_DELETE_ELEM")];
	char n_BPF_MAP_LOOKUP_BATCH[sizeof("BPF_MAP_LOOKUP_BATCH")];
	char n_BPF_MAP_LOOKUP_ELEM[sizeof("BPF_MAP_LOOKUP_ELEM")];
	char n_BPF_MAP_UPDATE_BATCH[sizeof("BPF_MAP_UPDATE_BATCH")];
	char n_BPF_MAP_UPDATE_ELEM[sizeof("BPF_MAP_UPDATE_ELEM")];
	char n_BPF_OBJ_GET[sizeof("BPF_OBJ_GET")];
	char n_BPF_OBJ_GET_INFO_BY_FD[sizeof("BPF_OBJ_GET_INFO_BY_FD")];
	char n_BPF_OBJ_PIN[sizeof("BPF_OBJ_PIN")];
	char n_BPF_PROG_ASSOC_STRUCT_OPS[sizeof("BPF_PROG_ASSOC_STRUCT_OPS")];
	char n_BPF_PROG_ATTACH[sizeof("BPF_PROG_ATTACH")];
	char n_BPF_PROG_BIND_MAP[sizeof("BPF_PROG_BIND_MAP")];
	char n_BPF_PROG_DETACH[sizeof("BPF_PROG_DETACH")];
	char n_BPF_PROG_GET_FD_BY_ID[sizeof("BPF_PROG_GET_FD_BY_ID")];
	char n_BPF_PROG_GET_NEXT_ID[sizeof("BPF_PROG_GET_NEXT_ID")];
	char n_BPF_PROG_LOAD[sizeof("BPF_PROG_LOAD")];
	char n_BPF_PROG_QUERY[sizeof("BPF_PROG_QUERY")];
	char n_BPF_PROG_STREAM_READ_BY_FD[sizeof("BPF_PROG_STREAM_READ_BY_FD")];
	char n_BPF_PROG_TEST_RUN[sizeof("BPF_PROG_TEST_RUN")];
	char n_BPF_RAW_TRACEPOINT_OPEN[sizeof("BPF_RAW_TRACEPOINT_OPEN")];
	char n_BPF_TASK_FD_QUERY[sizeof("BPF_TASK_FD_QUERY")];
	char n_BPF_TOKEN_CREATE[sizeof("BPF_TOKEN_CREATE")];
	char n_CAP_AUDIT_CONTROL[sizeof("CAP_AUDIT_CONTROL")];
	char n_CAP_AUDIT_READ[sizeof("CAP_AUDIT_READ")];
	char n_CAP_AUDIT_WRITE[sizeof("CAP_AUDIT_WRITE")];
	char n_CAP_BLOCK_SUSPEND[sizeof("CAP_BLOCK_SUSPEND")];
	char n_CAP_BPF[sizeof("CAP_BPF")];
	char n_CAP_CHECKPOINT_RESTORE[sizeof("CAP_CHECKPOINT_RESTORE")];
	char n_CAP_CHOWN[sizeof("CAP_CHOWN")];
	char n_CAP_DAC_OVERRIDE[sizeof("CAP_DAC_OVERRIDE")];
	char n_CAP_DAC_READ_SEARCH[sizeof("CAP_DAC_READ_SEARCH")];
	char n_CAP_FOWNER[sizeof("CAP_FOWNER")];
	char n_CAP_FSETID[sizeof("CAP_FSETID")];
	char n_CAP_IPC_LOCK[sizeof("CAP_IPC_LOCK")];
	char n_CAP_IPC_OWNER[sizeof("CAP_IPC_OWNER")];
	char n_CAP_KILL[sizeof("CAP_KILL")];
	char n_CAP_LEASE[sizeof("CAP_LEASE")];
	char n_CAP_LINUX_IMMUTABLE[sizeof("CAP_LINUX_IMMUTABLE")];
	char n_CAP_MAC_ADMIN[sizeof("CAP_MAC_ADMIN")];
	char n_CAP_MAC_OVERRIDE[sizeof("CAP_MAC_OVERRIDE")];
	char n_CAP_MKNOD[sizeof("CAP_MKNOD")];
	char n_CAP_NET_ADMIN[sizeof("CAP_NET_ADMIN")];
	char n_CAP_NET_BIND_SERVICE[sizeof("CAP_NET_BIND_SERVICE")];
	char n_CAP_NET_BROADCAST[sizeof("CAP_NET_BROADCAST")];
	char n_CAP_NET_RAW[sizeof("CAP_NET_RAW")];
	char n_CAP_PERFMON[sizeof("CAP_PERFMON")];
	char n_CAP_SETFCAP[sizeof("CAP_SETFCAP")];
	char n_CAP_SETGID[sizeof("CAP_SETGID")];
	char n_CAP_SETPCAP[sizeof("CAP_SETPCAP")];
	char n_CAP_SETUID[sizeof("CAP_SETUID")];
	char n_CAP_SYSLOG[sizeof("CAP_SYSLOG")];
	char n_CAP_SYS_ADMIN[sizeof("CAP_SYS_ADMIN")];
	char n_CAP_SYS_BOOT[sizeof("CAP_SYS_BOOT")];
	char n_CAP_SYS_CHROOT[sizeof("CAP_SYS_CHROOT")];
	char n_CAP_SYS_MODULE[sizeof("CAP_SYS_MODULE")];
	char n_CAP_SYS_NICE[sizeof("CAP_SYS_NICE")];
	char n_CAP_SYS_PACCT[sizeof("CAP_SYS_PACCT")];
	char n_CAP_SYS_PTRACE[sizeof("CAP_SYS_PTRACE")];
	char n_CAP_SYS_RAWIO[sizeof("CAP_SYS_RAWIO")];
	char n_CAP_SYS_RESOURCE[sizeof("CAP_SYS_RESOURCE")];
	char n_CAP_SYS_TIME[sizeof("CAP_SYS_TIME")];
	char n_CAP_SYS_TTY_CONFIG[sizeof("CAP_SYS_TTY_CONFIG")];
	char n_CAP_WAKE_ALARM[sizeof("CAP_WAKE_ALARM")];
	char n_CLOCK_AUX[sizeof("CLOCK_AUX")];
	char n_CLOCK_BOOTTIME[sizeof("CLOCK_BOOTTIME")];
	char n_CLOCK_BOOTTIME_ALARM[sizeof("CLOCK_BOOTTIME_ALARM")];
	char n_CLOCK_MONOTONIC[sizeof("CLOCK_MONOTONIC")];
	char n_CLOCK_MONOTONIC_COARSE[sizeof("CLOCK_MONOTONIC_COARSE")];
	char n_CLOCK_MONOTONIC_RAW[sizeof("CLOCK_MONOTONIC_RAW")];
	char n_CLOCK_PROCESS_CPUTIME_ID[sizeof("CLOCK_PROCESS_CPUTIME_ID")];
	char n_CLOCK_REALTIME[sizeof("CLOCK_REALTIME")];
	char n_CLOCK_REALTIME_ALARM[sizeof("CLOCK_REALTIME_ALARM")];
	char n_CLOCK_REALTIME_COARSE[sizeof("CLOCK_REALTIME_COARSE")];
	char n_CLOCK_SGI_CYCLE[sizeof("CLOCK_SGI_CYCLE")];
	char n_CLOCK_TAI[sizeof("CLOCK_TAI")];
	char n_CLOCK_THREAD_CPUTIME_ID[sizeof("CLOCK_THREAD_CPUTIME_ID")];
	char n_CLONE_AUTOREAP[sizeof("CLONE_AUTOREAP")];
	char n_CLONE_CHILD_CLEARTID[sizeof("CLONE_CHILD_CLEARTID")];
	char n_CLONE_CHILD_SETTID[sizeof("CLONE_CHILD_SETTID")];
	char n_CLONE_CLEAR_SIGHAND[sizeof("CLONE_CLEAR_SIGHAND")];
	char n_CLONE_DETACHED[sizeof("CLONE_DETACHED")];
	char n_CLONE_EMPTY_MNTNS[sizeof("CLONE_EMPTY_MNTNS")];
	char n_CLONE_FILES[sizeof("CLONE_FILES")];
	char n_CLONE_FS[sizeof("CLONE_FS")];
	char n_CLONE_INTO_CGROUP[sizeof("CLONE_INTO_CGROUP")];
	char n_CLONE_IO[sizeof("CLONE_IO")];
	char n_CLONE_NEWCGROUP[sizeof("CLONE_NEWCGROUP")];
	char n_CLONE_NEWIPC[sizeof("CLONE_NEWIPC")];
	char n_CLONE_NEWNET[sizeof("CLONE_NEWNET")];
	char n_CLONE_NEWNS[sizeof("CLONE_NEWNS")];
	char n_CLONE_NEWPID[sizeof("CLONE_NEWPID")];
	char n_CLONE_NEWTIME[sizeof("CLONE_NEWTIME")];
	char n_CLONE_NEWUSER[sizeof("CLONE_NEWUSER")];
	char n_CLONE_NEWUTS[sizeof("CLONE_NEWUTS")];
	char n_CLONE_NNP[sizeof("CLONE_NNP")];
	char n_CLONE_PARENT[sizeof("CLONE_PARENT")];
	char n_CLONE_PARENT_SETTID[sizeof("CLONE_PARENT_SETTID")];
	char n_CLONE_PIDFD[sizeof("CLONE_PIDFD")];
	char n_CLONE_PIDFD_AUTOKILL[sizeof("CLONE_PIDFD_AUTOKILL")];
	char n_CLONE_PTRACE[sizeof("CLONE_PTRACE")];
	char n_CLONE_SETTLS[sizeof("CLONE_SETTLS")];
	char n_CLONE_SIGHAND[sizeof("CLONE_SIGHAND")];
	char n_CLONE_SYSVSEM[sizeof("CLONE_SYSVSEM")];
	char n_CLONE_THREAD[sizeof("CLONE_THREAD")];
	char n_CLONE_UNTRACED[sizeof("CLONE_UNTRACED")];
	char n_CLONE_VFORK[sizeof("CLONE_VFORK")];
	char n_CLONE_VM[sizeof("CLONE_VM")];
	char n_E2BIG[sizeof("E2BIG")];
	char n_EACCES[sizeof("EACCES")];
	char n_EADDRINUSE[sizeof("EADDRINUSE")];
	char n_EADDRNOTAVAIL[sizeof("EADDRNOTAVAIL")];
	char n_EADV[sizeof("EADV")];
	char n_EAFNOSUPPORT[sizeof("EAFNOSUPPORT")];
	char n_EAGAIN[sizeof("EAGAIN")];
	char n_EALREADY[sizeof("EALREADY")];
	char n_EBADE[sizeof("EBADE")];
	char n_EBADF[sizeof("EBADF")];
	char n_EBADFD[sizeof("EBADFD")];
	char n_EBADMSG[sizeof("EBADMSG")];
	char n_EBADR[sizeof("EBADR")];
	char n_EBADRQC[sizeof("EBADRQC")];
	char n_EBADSLT[sizeof("EBADSLT")];
	char n_EBFONT[sizeof("EBFONT")];
	char n_EBUSY[sizeof("EBUSY")];
	char n_ECANCELED[sizeof("ECANCELED")];
	char n_ECHILD[sizeof("ECHILD")];
	char n_ECHRNG[sizeof("ECHRNG")];
	char n_ECOMM[sizeof("ECOMM")];
	char n_ECONNABORTED[sizeof("ECONNABORTED")];
	char n_ECONNREFUSED[sizeof("ECONNREFUSED")];
	char n_ECONNRESET[sizeof("ECONNRESET")];
	char n_EDEADLK[sizeof("EDEADLK")];
	char n_EDESTADDRREQ[sizeof("EDESTADDRREQ")];
	char n_EDOM[sizeof("EDOM")];
	char n_EDOTDOT[sizeof("EDOTDOT")];
	char n_EDQUOT[sizeof("EDQUOT")];
	char n_EEXIST[sizeof("EEXIST")];
	char n_EFAULT[sizeof("EFAULT")];
	char n_EFBIG[sizeof("EFBIG")];
	char n_EFTYPE[sizeof("EFTYPE")];
	char n_EHOSTDOWN[sizeof("EHOSTDOWN")];
	char n_EHOSTUNREACH[sizeof("EHOSTUNREACH")];
	char n_EHWPOISON[sizeof("EHWPOISON")];
	char n_EIDRM[sizeof("EIDRM")];
	char n_EILSEQ[sizeof("EILSEQ")];
	char n_EINPROGRESS[sizeof("EINPROGRESS")];
	char n_EINTR[sizeof("EINTR")];
	char n_EINVAL[sizeof("EINVAL")];
	char n_EIO[sizeof("EIO")];
	char n_EISCONN[sizeof("EISCONN")];
	char n_EISDIR[sizeof("EISDIR")];
	char n_EISNAM[sizeof("EISNAM")];
	char n_EKEYEXPIRED[sizeof("EKEYEXPIRED")];
	char n_EKEYREJECTED[sizeof("EKEYREJECTED")];
	char n_EKEYREVOKED[sizeof("EKEYREVOKED")];
	char n_EL2HLT[sizeof("EL2HLT")];
	char n_EL2NSYNC[sizeof("EL2NSYNC")];
	char n_EL3HLT[sizeof("EL3HLT")];
	char n_EL3RST[sizeof("EL3RST")];
	char n_ELIBACC[sizeof("ELIBACC")];
	char n_ELIBBAD[sizeof("ELIBBAD")];
	char n_ELIBEXEC[sizeof("ELIBEXEC")];
	char n_ELIBMAX[sizeof("ELIBMAX")];
	char n_ELIBSCN[sizeof("ELIBSCN")];
	char n_ELNRNG[sizeof("ELNRNG")];
	char n_ELOOP[sizeof("ELOOP")];
	char n_EMEDIUMTYPE[sizeof("EMEDIUMTYPE")];
	char n_EMFILE[sizeof("EMFILE")];
	char n_EMLINK[sizeof("EMLINK")];
	char n_EMSGSIZE[sizeof("EMSGSIZE")];
	char n_EMULTIHOP[sizeof("EMULTIHOP")];
	char n_ENAMETOOLONG[sizeof("ENAMETOOLONG")];
	char n_ENAVAIL[sizeof("ENAVAIL")];
	char n_ENETDOWN[sizeof("ENETDOWN")];
	char n_ENETRESET[sizeof("ENETRESET")];
	char n_ENETUNREACH[sizeof("ENETUNREACH")];
	char n_ENFILE[sizeof("ENFILE")];
	char n_ENOANO[sizeof("ENOANO")];
	char n_ENOBUFS[sizeof("ENOBUFS")];
	char n_ENOCSI[sizeof("ENOCSI")];
	char n_ENODATA[sizeof("ENODATA")];
	char n_ENODEV[sizeof("ENODEV")];
	char n_ENOENT[sizeof("ENOENT")];
	char n_ENOEXEC[sizeof("ENOEXEC")];
	char n_ENOKEY[sizeof("ENOKEY")];
	char n_ENOLCK[sizeof("ENOLCK")];
	char n_ENOLINK[sizeof("ENOLINK")];
	char n_ENOMEDIUM[sizeof("ENOMEDIUM")];
	char n_ENOMEM[sizeof("ENOMEM")];
	char n_ENOMSG[sizeof("ENOMSG")];
	char n_ENONET[sizeof("ENONET")];
	char n_ENOPKG[sizeof("ENOPKG")];
	char n_ENOPROTOOPT[sizeof("ENOPROTOOPT")];
	char n_ENOSPC[sizeof("ENOSPC")];
	char n_ENOSR[sizeof("ENOSR")];
	char n_ENOSTR[sizeof("ENOSTR")];
	char n_ENOSYS[sizeof("ENOSYS")];
	char n_ENOTBLK[sizeof("ENOTBLK")];
	char n_ENOTCONN[sizeof("ENOTCONN")];
	char n_ENOTDIR[sizeof("ENOTDIR")];
	char n_ENOTEMPTY[sizeof("ENOTEMPTY")];
	char n_ENOTNAM[sizeof("ENOTNAM")];
	char n_ENOTRECOVERABLE[sizeof("ENOTRECOVERABLE")];
	char n_ENOTSOCK[sizeof("ENOTSOCK")];
	char n_ENOTTY[sizeof("ENOTTY")];
	char n_ENOTUNIQ[sizeof("ENOTUNIQ")];
	char n_ENXIO[sizeof("ENXIO")];
	char n_EOPNOTSUPP[sizeof("EOPNOTSUPP")];
	char n_EOVERFLOW[sizeof("EOVERFLOW")];
	char n_EOWNERDEAD[sizeof("EOWNERDEAD")];
	char n_EPERM[sizeof("EPERM")];
	char n_EPFNOSUPPORT[sizeof("EPFNOSUPPORT")];
	char n_EPIPE[sizeof("EPIPE")];
	char n_EPOLL_CTL_ADD[sizeof("EPOLL_CTL_ADD")];
	char n_EPOLL_CTL_DEL[sizeof("EPOLL_CTL_DEL")];
	char n_EPOLL_CTL_MOD[sizeof("EPOLL_CTL_MOD")];
	char n_EPROTO[sizeof("EPROTO")];
	char n_EPROTONOSUPPORT[sizeof("EPROTONOSUPPORT")];
	char n_EPROTOTYPE[sizeof("EPROTOTYPE")];
	char n_ERANGE[sizeof("ERANGE")];
	char n_EREMCHG[sizeof("EREMCHG")];
	char n_EREMOTE[sizeof("EREMOTE")];
	char n_EREMOTEIO[sizeof("EREMOTEIO")];
	char n_ERESTART[sizeof("ERESTART")];
	char n_ERESTARTNOHAND[sizeof("ERESTARTNOHAND")];
	char n_ERESTARTNOINTR[sizeof("ERESTARTNOINTR")];
	char n_ERESTARTSYS[sizeof("ERESTARTSYS")];
	char n_ERESTART_RESTARTBLOCK[sizeof("ERESTART_RESTARTBLOCK")];
	char n_ERFKILL[sizeof("ERFKILL")];
	char n_EROFS[sizeof("EROFS")];
	char n_ESHUTDOWN[sizeof("ESHUTDOWN")];
	char n_ESOCKTNOSUPPORT[sizeof("ESOCKTNOSUPPORT")];
	char n_ESPIPE[sizeof("ESPIPE")];
	char n_ESRCH[sizeof("ESRCH")];
	char n_ESRMNT[sizeof("ESRMNT")];
	char n_ESTALE[sizeof("ESTALE")];
	char n_ESTRPIPE[sizeof("ESTRPIPE")];
	char n_ETIME[sizeof("ETIME")];
	char n_ETIMEDOUT[sizeof("ETIMEDOUT")];
	char n_ETOOMANYREFS[sizeof("ETOOMANYREFS")];
	char n_ETXTBSY[sizeof("ETXTBSY")];
	char n_EUCLEAN[sizeof("EUCLEAN")];
	char n_EUNATCH[sizeof("EUNATCH")];
	char n_EUSERS[sizeof("EUSERS")];
	char n_EXDEV[sizeof("EXDEV")];
	char n_EXFULL[sizeof("EXFULL")];
	char n_FDPIC_FUNCPTRS[sizeof("FDPIC_FUNCPTRS")];
	char n_F_ADD_SEALS[sizeof("F_ADD_SEALS")];
	char n_F_CANCELLK[sizeof("F_CANCELLK")];
	char n_F_CREATED_QUERY[sizeof("F_CREATED_QUERY")];
	char n_F_DUPFD[sizeof("F_DUPFD")];
	char n_F_DUPFD_CLOEXEC[sizeof("F_DUPFD_CLOEXEC")];
	char n_F_DUPFD_QUERY[sizeof("F_DUPFD_QUERY")];
	char n_F_GETDELEG[sizeof("F_GETDELEG")];
	char n_F_GETFD[sizeof("F_GETFD")];
	char n_F_GETFL[sizeof("F_GETFL")];
	char n_F_GETLEASE[sizeof("F_GETLEASE")];
	char n_F_GETLK[sizeof("F_GETLK")];
	char n_F_GETOWN[sizeof("F_GETOWN")];
	char n_F_GETOWNER_UIDS[sizeof("F_GETOWNER_UIDS")];
	char n_F_GETOWN_EX[sizeof("F_GETOWN_EX")];
	char n_F_GETPIPE_SZ[sizeof("F_GETPIPE_SZ")];
	char n_F_GETSIG[sizeof("F_GETSIG")];
	char n_F_GET_FILE_RW_HINT[sizeof("F_GET_FILE_RW_HINT")];
	char n_F_GET_RW_HINT[sizeof("F_GET_RW_HINT")];
	char n_F_GET_SEALS[sizeof("F_GET_SEALS")];
	char n_F_NOTIFY[sizeof("F_NOTIFY")];
	char n_F_OFD_GETLK[sizeof("F_OFD_GETLK")];
	char n_F_OFD_SETLK[sizeof("F_OFD_SETLK")];
	char n_F_OFD_SETLKW[sizeof("F_OFD_SETLKW")];
	char n_F_OK[sizeof("F_OK")];
	char n_F_SETDELEG[sizeof("F_SETDELEG")];
	char n_F_SETFD[sizeof("F_SETFD")];
	char n_F_SETFL[sizeof("F_SETFL")];
	char n_F_SETLEASE[sizeof("F_SETLEASE")];
	char n_F_SETLK[sizeof("F_SETLK")];
	char n_F_SETLKW[sizeof("F_SETLKW")];
	char n_F_SETOWN[sizeof("F_SETOWN")];
	char n_F_SETOWN_EX[sizeof("F_SETOWN_EX")];
	char n_F_SETPIPE_SZ[sizeof("F_SETPIPE_SZ")];
	char n_F_SETSIG[sizeof("F_SETSIG")];
	char n_F_SET_FILE_RW_HINT[sizeof("F_SET_FILE_RW_HINT")];
	char n_F_SET_RW_HINT[sizeof("F_SET_RW_HINT")];
	char n_IPC_CREAT[sizeof("IPC_CREAT")];
	char n_IPC_EXCL[sizeof("IPC_EXCL")];
	char n_KEYCTL_ASSUME_AUTHORITY[sizeof("KEYCTL_ASSUME_AUTHORITY")];
	char n_KEYCTL_CAPABILITIES[sizeof("KEYCTL_CAPABILITIES")];
	char n_KEYCTL_CHOWN[sizeof("KEYCTL_CHOWN")];
	char n_KEYCTL_CLEAR[sizeof("KEYCTL_CLEAR")];
	char n_KEYCTL_DESCRIBE[sizeof("KEYCTL_DESCRIBE")];
	char n_KEYCTL_DH_COMPUTE[sizeof("KEYCTL_DH_COMPUTE")];
	char n_KEYCTL_GET_KEYRING_ID[sizeof("KEYCTL_GET_KEYRING_ID")];
	char n_KEYCTL_GET_PERSISTENT[sizeof("KEYCTL_GET_PERSISTENT")];
	char n_KEYCTL_GET_SECURITY[sizeof("KEYCTL_GET_SECURITY")];
	char n_KEYCTL_INSTANTIATE[sizeof("KEYCTL_INSTANTIATE")];
	char n_KEYCTL_INSTANTIATE_IOV[sizeof("KEYCTL_INSTANTIATE_IOV")];
	char n_KEYCTL_INVALIDATE[sizeof("KEYCTL_INVALIDATE")];
	char n_KEYCTL_JOIN_SESSION_KEYRING[sizeof("KEYCTL_JOIN_SESSION_KEYRING")];
	char n_KEYCTL_LINK[sizeof("KEYCTL_LINK")];
	char n_KEYCTL_MOVE[sizeof("KEYCTL_MOVE")];
	char n_KEYCTL_NEGATE[sizeof("KEYCTL_NEGATE")];
	char n_KEYCTL_PKEY_DECRYPT[sizeof("KEYCTL_PKEY_DECRYPT")];
	char n_KEYCTL_PKEY_ENCRYPT[sizeof("KEYCTL_PKEY_ENCRYPT")];
	char n_KEYCTL_PKEY_QUERY[sizeof("KEYCTL_PKEY_QUERY")];
	char n_KEYCTL_PKEY_SIGN[sizeof("KEYCTL_PKEY_SIGN")];
	char n_KEYCTL_PKEY_VERIFY[sizeof("KEYCTL_PKEY_VERIFY")];
	char n_KEYCTL_READ[sizeof("KEYCTL_READ")];
	char n_KEYCTL_REJECT[sizeof("KEYCTL_REJECT")];
	char n_KEYCTL_RESTRICT_KEYRING[sizeof("KEYCTL_RESTRICT_KEYRING")];
	char n_KEYCTL_REVOKE[sizeof("KEYCTL_REVOKE")];
	char n_KEYCTL_SEARCH[sizeof("KEYCTL_SEARCH")];
	char n_KEYCTL_SESSION_TO_PARENT[sizeof("KEYCTL_SESSION_TO_PARENT")];
	char n_KEYCTL_SETPERM[sizeof("KEYCTL_SETPERM")];
	char n_KEYCTL_SET_REQKEY_KEYRING[sizeof("KEYCTL_SET_REQKEY_KEYRING")];
	char n_KEYCTL_SET_TIMEOUT[sizeof("KEYCTL_SET_TIMEOUT")];
	char n_KEYCTL_UNLINK[sizeof("KEYCTL_UNLINK")];
	char n_KEYCTL_UPDATE[sizeof("KEYCTL_UPDATE")];
	char n_KEYCTL_WATCH_KEY[sizeof("KEYCTL_WATCH_KEY")];
	char n_MAP_32BIT[sizeof("MAP_32BIT")];
	char n_MAP_ABOVE4G[sizeof("MAP_ABOVE4G")];
	char n_MAP_ANONYMOUS[sizeof("MAP_ANONYMOUS")];
	char n_MAP_DENYWRITE[sizeof("MAP_DENYWRITE")];
	char n_MAP_DROPPABLE[sizeof("MAP_DROPPABLE")];
	char n_MAP_EXECUTABLE[sizeof("MAP_EXECUTABLE")];
	char n_MAP_FIXED[sizeof("MAP_FIXED")];
	char n_MAP_FIXED_NOREPLACE[sizeof("MAP_FIXED_NOREPLACE")];
	char n_MAP_GROWSDOWN[sizeof("MAP_GROWSDOWN")];
	char n_MAP_HUGETLB[sizeof("MAP_HUGETLB")];
	char n_MAP_LOCKED[sizeof("MAP_LOCKED")];
	char n_MAP_NONBLOCK[sizeof("MAP_NONBLOCK")];
	char n_MAP_NORESERVE[sizeof("MAP_NORESERVE")];
	char n_MAP_POPULATE[sizeof("MAP_POPULATE")];
	char n_MAP_PRIVATE[sizeof("MAP_PRIVATE")];
	char n_MAP_SHARED[sizeof("MAP_SHARED")];
	char n_MAP_SHARED_VALIDATE[sizeof("MAP_SHARED_VALIDATE")];
	char n_MAP_STACK[sizeof("MAP_STACK")];
	char n_MAP_SYNC[sizeof("MAP_SYNC")];
	char n_MMAP_PAGE_ZERO[sizeof("MMAP_PAGE_ZERO")];
	char n_MNT_DETACH[sizeof("MNT_DETACH")];
	char n_MNT_EXPIRE[sizeof("MNT_EXPIRE")];
	char n_MNT_FORCE[sizeof("MNT_FORCE")];
	char n_MS_ACTIVE[sizeof("MS_ACTIVE")];
	char n_MS_BIND[sizeof("MS_BIND")];
	char n_MS_BORN[sizeof("MS_BORN")];
	char n_MS_DIRSYNC[sizeof("MS_DIRSYNC")];
	char n_MS_I_VERSION[sizeof("MS_I_VERSION")];
	char n_MS_KERNMOUNT[sizeof("MS_KERNMOUNT")];
	char n_MS_LAZYTIME[sizeof("MS_LAZYTIME")];
	char n_MS_MANDLOCK[sizeof("MS_MANDLOCK")];
	char n_MS_MOVE[sizeof("MS_MOVE")];
	char n_MS_NOATIME[sizeof("MS_NOATIME")];
	char n_MS_NODEV[sizeof("MS_NODEV")];
	char n_MS_NODIRATIME[sizeof("MS_NODIRATIME")];
	char n_MS_NOEXEC[sizeof("MS_NOEXEC")];
	char n_MS_NOREMOTELOCK[sizeof("MS_NOREMOTELOCK")];
	char n_MS_NOSEC[sizeof("MS_NOSEC")];
	char n_MS_NOSUID[sizeof("MS_NOSUID")];
	char n_MS_NOSYMFOLLOW[sizeof("MS_NOSYMFOLLOW")];
	char n_MS_NOUSER[sizeof("MS_NOUSER")];
	char n_MS_POSIXACL[sizeof("MS_POSIXACL")];
	char n_MS_PRIVATE[sizeof("MS_PRIVATE")];
	char n_MS_RDONLY[sizeof("MS_RDONLY")];
	char n_MS_REC[sizeof("MS_REC")];
	char n_MS_RELATIME[sizeof("MS_RELATIME")];
	char n_MS_REMOUNT[sizeof("MS_REMOUNT")];
	char n_MS_SHARED[sizeof("MS_SHARED")];
	char n_MS_SILENT[sizeof("MS_SILENT")];
	char n_MS_SLAVE[sizeof("MS_SLAVE")];
	char n_MS_STRICTATIME[sizeof("MS_STRICTATIME")];
	char n_MS_SUBMOUNT[sizeof("MS_SUBMOUNT")];
	char n_MS_SYNCHRONOUS[sizeof("MS_SYNCHRONOUS")];
	char n_MS_UNBINDABLE[sizeof("MS_UNBINDABLE")];
	char n_O_APPEND[sizeof("O_APPEND")];
	char n_O_CLOEXEC[sizeof("O_CLOEXEC")];
	char n_O_CREAT[sizeof("O_CREAT")];
	char n_O_DIRECT[sizeof("O_DIRECT")];
	char n_O_DIRECTORY[sizeof("O_DIRECTORY")];
	char n_O_DSYNC[sizeof("O_DSYNC")];
	char n_O_EMPTYPATH[sizeof("O_EMPTYPATH")];
	char n_O_EXCL[sizeof("O_EXCL")];
	char n_O_LARGEFILE[sizeof("O_LARGEFILE")];
	char n_O_NOATIME[sizeof("O_NOATIME")];
	char n_O_NOCTTY[sizeof("O_NOCTTY")];
	char n_O_NOFOLLOW[sizeof("O_NOFOLLOW")];
	char n_O_NONBLOCK[sizeof("O_NONBLOCK")];
	char n_O_PATH[sizeof("O_PATH")];
	char n_O_RDONLY[sizeof("O_RDONLY")];
	char n_O_RDWR[sizeof("O_RDWR")];
	char n_O_SYNC[sizeof("O_SYNC")];
	char n_O_TMPFILE[sizeof("O_TMPFILE")];
	char n_O_TRUNC[sizeof("O_TRUNC")];
	char n_O_WRONLY[sizeof("O_WRONLY")];
	char n_PER_BSD[sizeof("PER_BSD")];
	char n_PER_IRIX32[sizeof("PER_IRIX32")];
	char n_PER_IRIX64[sizeof("PER_IRIX64")];
	char n_PER_IRIXN32[sizeof("PER_IRIXN32")];
	char n_PER_ISCR4[sizeof("PER_ISCR4")];
	char n_PER_LINUX[sizeof("PER_LINUX")];
	char n_PER_LINUX32[sizeof("PER_LINUX32")];
	char n_PER_LINUX32_3GB[sizeof("PER_LINUX32_3GB")];
	char n_PER_OSF4[sizeof("PER_OSF4")];
	char n_PER_OSR5[sizeof("PER_OSR5")];
	char n_PER_RISCOS[sizeof("PER_RISCOS")];
	char n_PER_SOLARIS[sizeof("PER_SOLARIS")];
	char n_PER_SUNOS[sizeof("PER_SUNOS")];
	char n_PER_SVR3[sizeof("PER_SVR3")];
	char n_PER_SVR4[sizeof("PER_SVR4")];
	char n_PER_UW7[sizeof("PER_UW7")];
	char n_PER_WYSEV386[sizeof("PER_WYSEV386")];
	char n_PER_XENIX[sizeof("PER_XENIX")];
	char n_PROT_EXEC[sizeof("PROT_EXEC")];
	char n_PROT_GROWSDOWN[sizeof("PROT_GROWSDOWN")];
	char n_PROT_GROWSUP[sizeof("PROT_GROWSUP")];
	char n_PROT_NONE[sizeof("PROT_NONE")];
	char n_PROT_READ[sizeof("PROT_READ")];
	char n_PROT_SEM[sizeof("PROT_SEM")];
	char n_PROT_WRITE[sizeof("PROT_WRITE")];
	char n_PR_CAPBSET_DROP[sizeof("PR_CAPBSET_DROP")];
	char n_PR_CAPBSET_READ[sizeof("PR_CAPBSET_READ")];
	char n_PR_CAP_AMBIENT[sizeof("PR_CAP_AMBIENT")];
	char n_PR_FUTEX_HASH[sizeof("PR_FUTEX_HASH")];
	char n_PR_GET_AUXV[sizeof("PR_GET_AUXV")];
	char n_PR_GET_CFI[sizeof("PR_GET_CFI")];
	char n_PR_GET_CHILD_SUBREAPER[sizeof("PR_GET_CHILD_SUBREAPER")];
	char n_PR_GET_DUMPABLE[sizeof("PR_GET_DUMPABLE")];
	char n_PR_GET_ENDIAN[sizeof("PR_GET_ENDIAN")];
	char n_PR_GET_FPEMU[sizeof("PR_GET_FPEMU")];
	char n_PR_GET_FPEXC[sizeof("PR_GET_FPEXC")];
	char n_PR_GET_FP_MODE[sizeof("PR_GET_FP_MODE")];
	char n_PR_GET_IO_FLUSHER[sizeof("PR_GET_IO_FLUSHER")];
	char n_PR_GET_KEEPCAPS[sizeof("PR_GET_KEEPCAPS")];
	char n_PR_GET_MDWE[sizeof("PR_GET_MDWE")];
	char n_PR_GET_MEMORY_MERGE[sizeof("PR_GET_MEMORY_MERGE")];
	char n_PR_GET_NAME[sizeof("PR_GET_NAME")];
	char n_PR_GET_NO_NEW_PRIVS[sizeof("PR_GET_NO_NEW_PRIVS")];
	char n_PR_GET_PDEATHSIG[sizeof("PR_GET_PDEATHSIG")];
	char n_PR_GET_SECCOMP[sizeof("PR_GET_SECCOMP")];
	char n_PR_GET_SECUREBITS[sizeof("PR_GET_SECUREBITS")];
	char n_PR_GET_SHADOW_STACK_STATUS[sizeof("PR_GET_SHADOW_STACK_STATUS")];
	char n_PR_GET_SPECULATION_CTRL[sizeof("PR_GET_SPECULATION_CTRL")];
	char n_PR_GET_TAGGED_ADDR_CTRL[sizeof("PR_GET_TAGGED_ADDR_CTRL")];
	char n_PR_GET_THP_DISABLE[sizeof("PR_GET_THP_DISABLE")];
	char n_PR_GET_TID_ADDRESS[sizeof("PR_GET_TID_ADDRESS")];
	char n_PR_GET_TIMERSLACK[sizeof("PR_GET_TIMERSLACK")];
	char n_PR_GET_TIMING[sizeof("PR_GET_TIMING")];
	char n_PR_GET_TSC[sizeof("PR_GET_TSC")];
	char n_PR_GET_UNALIGN[sizeof("PR_GET_UNALIGN")];
	char n_PR_LOCK_SHADOW_STACK_STATUS[sizeof("PR_LOCK_SHADOW_STACK_STATUS")];
	char n_PR_MCE_KILL[sizeof("PR_MCE_KILL")];
	char n_PR_MPX_DISABLE_MANAGEMENT[sizeof("PR_MPX_DISABLE_MANAGEMENT")];
	char n_PR_MPX_ENABLE_MANAGEMENT[sizeof("PR_MPX_ENABLE_MANAGEMENT")];
	char n_PR_PAC_GET_ENABLED_KEYS[sizeof("PR_PAC_GET_ENABLED_KEYS")];
	char n_PR_PAC_RESET_KEYS[sizeof("PR_PAC_RESET_KEYS")];
	char n_PR_PAC_SET_ENABLED_KEYS[sizeof("PR_PAC_SET_ENABLED_KEYS")];
	char n_PR_PPC_GET_DEXCR[sizeof("PR_PPC_GET_DEXCR")];
	char n_PR_PPC_SET_DEXCR[sizeof("PR_PPC_SET_DEXCR")];
	char n_PR_RISCV_SET_ICACHE_FLUSH_CTX[sizeof("PR_RISCV_SET_ICACHE_FLUSH_CTX")];
	char n_PR_RISCV_V_GET_CONTROL[sizeof("PR_RISCV_V_GET_CONTROL")];
	char n_PR_RISCV_V_SET_CONTROL[sizeof("PR_RISCV_V_SET_CONTROL")];
	char n_PR_RSEQ_SLICE_EXTENSION[sizeof("PR_RSEQ_SLICE_EXTENSION")];
	char n_PR_SCHED_CORE[sizeof("PR_SCHED_CORE")];
	char n_PR_SET_CFI[sizeof("PR_SET_CFI")];
	char n_PR_SET_CHILD_SUBREAPER[sizeof("PR_SET_CHILD_SUBREAPER")];
	char n_PR_SET_DUMPABLE[sizeof("PR_SET_DUMPABLE")];
	char n_PR_SET_ENDIAN[sizeof("PR_SET_ENDIAN")];
	char n_PR_SET_FPEMU[sizeof("PR_SET_FPEMU")];
	char n_PR_SET_FPEXC[sizeof("PR_SET_FPEXC")];
	char n_PR_SET_FP_MODE[sizeof("PR_SET_FP_MODE")];
	char n_PR_SET_IO_FLUSHER[sizeof("PR_SET_IO_FLUSHER")];
	char n_PR_SET_KEEPCAPS[sizeof("PR_SET_KEEPCAPS")];
	char n_PR_SET_MDWE[sizeof("PR_SET_MDWE")];
	char n_PR_SET_MEMORY_MERGE[sizeof("PR_SET_MEMORY_MERGE")];
	char n_PR_SET_MM[sizeof("PR_SET_MM")];
	char n_PR_SET_NAME[sizeof("PR_SET_NAME")];
	char n_PR_SET_NO_NEW_PRIVS[sizeof("PR_SET_NO_NEW_PRIVS")];
	char n_PR_SET_PDEATHSIG[sizeof("PR_SET_PDEATHSIG")];
	char n_PR_SET_PTRACER[sizeof("PR_SET_PTRACER")];
	char n_PR_SET_SECCOMP[sizeof("PR_SET_SECCOMP")];
	char n_PR_SET_SECUREBITS[sizeof("PR_SET_SECUREBITS")];
	char n_PR_SET_SHADOW_STACK_STATUS[sizeof("PR_SET_SHADOW_STACK_STATUS")];
	char n_PR_SET_SPECULATION_CTRL[sizeof("PR_SET_SPECULATION_CTRL")];
	char n_PR_SET_SYSCALL_USER_DISPATCH[sizeof("PR_SET_SYSCALL_USER_DISPATCH")];
	char n_PR_SET_TAGGED_ADDR_CTRL[sizeof("PR_SET_TAGGED_ADDR_CTRL")];
	char n_PR_SET_THP_DISABLE[sizeof("PR_SET_THP_DISABLE")];
	char n_PR_SET_TIMERSLACK[sizeof("PR_SET_TIMERSLACK")];
	char n_PR_SET_TIMING[sizeof("PR_SET_TIMING")];
	char n_PR_SET_TSC[sizeof("PR_SET_TSC")];
	char n_PR_SET_UNALIGN[sizeof("PR_SET_UNALIGN")];
	char n_PR_SET_VMA[sizeof("PR_SET_VMA")];
	char n_PR_SME_GET_VL[sizeof("PR_SME_GET_VL")];
	char n_PR_SME_SET_VL[sizeof("PR_SME_SET_VL")];
	char n_PR_SVE_GET_VL[sizeof("PR_SVE_GET_VL")];
	char n_PR_SVE_SET_VL[sizeof("PR_SVE_SET_VL")];
	char n_PR_TASK_PERF_EVENTS_DISABLE[sizeof("PR_TASK_PERF_EVENTS_DISABLE")];
	char n_PR_TASK_PERF_EVENTS_ENABLE[sizeof("PR_TASK_PERF_EVENTS_ENABLE")];
	char n_PR_TIMER_CREATE_RESTORE_IDS[sizeof("PR_TIMER_CREATE_RESTORE_IDS")];
	char n_PTRACE_ARCH_PRCTL[sizeof("PTRACE_ARCH_PRCTL")];
	char n_PTRACE_ATTACH[sizeof("PTRACE_ATTACH")];
	char n_PTRACE_CONT[sizeof("PTRACE_CONT")];
	char n_PTRACE_DETACH[sizeof("PTRACE_DETACH")];
	char n_PTRACE_GETEVENTMSG[sizeof("PTRACE_GETEVENTMSG")];
	char n_PTRACE_GETFPREGS[sizeof("PTRACE_GETFPREGS")];
	char n_PTRACE_GETFPXREGS[sizeof("PTRACE_GETFPXREGS")];
	char n_PTRACE_GETREGS[sizeof("PTRACE_GETREGS")];
	char n_PTRACE_GETREGSET[sizeof("PTRACE_GETREGSET")];
	char n_PTRACE_GETSIGINFO[sizeof("PTRACE_GETSIGINFO")];
	char n_PTRACE_GETSIGMASK[sizeof("PTRACE_GETSIGMASK")];
	char n_PTRACE_GET_RSEQ_CONFIGURATION[sizeof("PTRACE_GET_RSEQ_CONFIGURATION")];
	char n_PTRACE_GET_SYSCALL_INFO[sizeof("PTRACE_GET_SYSCALL_INFO")];
	char n_PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG[sizeof("PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG")];
	char n_PTRACE_GET_THREAD_AREA[sizeof("PTRACE_GET_THREAD_AREA")];
	char n_PTRACE_INTERRUPT[sizeof("PTRACE_INTERRUPT")];
	char n_PTRACE_KILL[sizeof("PTRACE_KILL")];
	char n_PTRACE_LISTEN[sizeof("PTRACE_LISTEN")];
	char n_PTRACE_OLDSETOPTIONS[sizeof("PTRACE_OLDSETOPTIONS")];
	char n_PTRACE_PEEKDATA[sizeof("PTRACE_PEEKDATA")];
	char n_PTRACE_PEEKSIGINFO[sizeof("PTRACE_PEEKSIGINFO")];
	char n_PTRACE_PEEKTEXT[sizeof("PTRACE_PEEKTEXT")];
	char n_PTRACE_PEEKUSR[sizeof("PTRACE_PEEKUSR")];
	char n_PTRACE_POKEDATA[sizeof("PTRACE_POKEDATA")];
	char n_PTRACE_POKETEXT[sizeof("PTRACE_POKETEXT")];
	char n_PTRACE_POKEUSR[sizeof("PTRACE_POKEUSR")];
	char n_PTRACE_SECCOMP_GET_FILTER[sizeof("PTRACE_SECCOMP_GET_FILTER")];
	char n_PTRACE_SECCOMP_GET_METADATA[sizeof("PTRACE_SECCOMP_GET_METADATA")];
	char n_PTRACE_SEIZE[sizeof("PTRACE_SEIZE")];
	char n_PTRACE_SETFPREGS[sizeof("PTRACE_SETFPREGS")];
	char n_PTRACE_SETFPXREGS[sizeof("PTRACE_SETFPXREGS")];
	char n_PTRACE_SETOPTIONS[sizeof("PTRACE_SETOPTIONS")];
	char n_PTRACE_SETREGS[sizeof("PTRACE_SETREGS")];
	char n_PTRACE_SETREGSET[sizeof("PTRACE_SETREGSET")];
	char n_PTRACE_SETSIGINFO[sizeof("PTRACE_SETSIGINFO")];
	char n_PTRACE_SETSIGMASK[sizeof("PTRACE_SETSIGMASK")];
	char n_PTRACE_SET_SYSCALL_INFO[sizeof("PTRACE_SET_SYSCALL_INFO")];
	char n_PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG[sizeof("PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG")];
	char n_PTRACE_SET_THREAD_AREA[sizeof("PTRACE_SET_THREAD_AREA")];
	char n_PTRACE_SINGLEBLOCK[sizeof("PTRACE_SINGLEBLOCK")];
	char n_PTRACE_SINGLESTEP[sizeof("PTRACE_SINGLESTEP")];
	char n_PTRACE_SYSCALL[sizeof("PTRACE_SYSCALL")];
	char n_PTRACE_SYSEMU[sizeof("PTRACE_SYSEMU")];
	char n_PTRACE_SYSEMU_SINGLESTEP[sizeof("PTRACE_SYSEMU_SINGLESTEP")];
	char n_PTRACE_TRACEME[sizeof("PTRACE_TRACEME")];
	char n_READ_IMPLIES_EXEC[sizeof("READ_IMPLIES_EXEC")];
	char n_RESOLVE_BENEATH[sizeof("RESOLVE_BENEATH")];
	char n_RESOLVE_CACHED[sizeof("RESOLVE_CACHED")];
	char n_RESOLVE_IN_ROOT[sizeof("RESOLVE_IN_ROOT")];
	char n_RESOLVE_NO_MAGICLINKS[sizeof("RESOLVE_NO_MAGICLINKS")];
	char n_RESOLVE_NO_SYMLINKS[sizeof("RESOLVE_NO_SYMLINKS")];
	char n_RESOLVE_NO_XDEV[sizeof("RESOLVE_NO_XDEV")];
	char n_RLIMIT_AS[sizeof("RLIMIT_AS")];
	char n_RLIMIT_CORE[sizeof("RLIMIT_CORE")];
	char n_RLIMIT_CPU[sizeof("RLIMIT_CPU")];
	char n_RLIMIT_DATA[sizeof("RLIMIT_DATA")];
	char n_RLIMIT_FSIZE[sizeof("RLIMIT_FSIZE")];
	char n_RLIMIT_LOCKS[sizeof("RLIMIT_LOCKS")];
	char n_RLIMIT_MEMLOCK[sizeof("RLIMIT_MEMLOCK")];
	char n_RLIMIT_MSGQUEUE[sizeof("RLIMIT_MSGQUEUE")];
	char n_RLIMIT_NICE[sizeof("RLIMIT_NICE")];
	char n_RLIMIT_NOFILE[sizeof("RLIMIT_NOFILE")];
	char n_RLIMIT_NPROC[sizeof("RLIMIT_NPROC")];
	char n_RLIMIT_RSS[sizeof("RLIMIT_RSS")];
	char n_RLIMIT_RTPRIO[sizeof("RLIMIT_RTPRIO")];
	char n_RLIMIT_RTTIME[sizeof("RLIMIT_RTTIME")];
	char n_RLIMIT_SIGPENDING[sizeof("RLIMIT_SIGPENDING")];
	char n_RLIMIT_STACK[sizeof("RLIMIT_STACK")];
	char n_R_OK[sizeof("R_OK")];
	char n_SECCOMP_GET_ACTION_AVAIL[sizeof("SECCOMP_GET_ACTION_AVAIL")];
	char n_SECCOMP_GET_NOTIF_SIZES[sizeof("SECCOMP_GET_NOTIF_SIZES")];
	char n_SECCOMP_SET_MODE_FILTER[sizeof("SECCOMP_SET_MODE_FILTER")];
	char n_SECCOMP_SET_MODE_STRICT[sizeof("SECCOMP_SET_MODE_STRICT")];
	char n_SHM_HUGETLB[sizeof("SHM_HUGETLB")];
	char n_SHM_NORESERVE[sizeof("SHM_NORESERVE")];
	char n_SHORT_INODE[sizeof("SHORT_INODE")];
	char n_SIGABRT[sizeof("SIGABRT")];
	char n_SIGALRM[sizeof("SIGALRM")];
	char n_SIGBUS[sizeof("SIGBUS")];
	char n_SIGCHLD[sizeof("SIGCHLD")];
	char n_SIGCONT[sizeof("SIGCONT")];
	char n_SIGFPE[sizeof("SIGFPE")];
	char n_SIGHUP[sizeof("SIGHUP")];
	char n_SIGILL[sizeof("SIGILL")];
	char n_SIGINT[sizeof("SIGINT")];
	char n_SIGIO[sizeof("SIGIO")];
	char n_SIGKILL[sizeof("SIGKILL")];
	char n_SIGPIPE[sizeof("SIGPIPE")];
	char n_SIGPROF[sizeof("SIGPROF")];
	char n_SIGPWR[sizeof("SIGPWR")];
	char n_SIGQUIT[sizeof("SIGQUIT")];
	char n_SIGSEGV[sizeof("SIGSEGV")];
	char n_SIGSTKFLT[sizeof("SIGSTKFLT")];
	char n_SIGSTOP[sizeof("SIGSTOP")];
	char n_SIGSYS[sizeof("SIGSYS")];
	char n_SIGTERM[sizeof("SIGTERM")];
	char n_SIGTRAP[sizeof("SIGTRAP")];
	char n_SIGTSTP[sizeof("SIGTSTP")];
	char n_SIGTTIN[sizeof("SIGTTIN")];
	char n_SIGTTOU[sizeof("SIGTTOU")];
	char n_SIGURG[sizeof("SIGURG")];
	char n_SIGUSR1[sizeof("SIGUSR1")];
	char n_SIGUSR2[sizeof("SIGUSR2")];
	char n_SIGVTALRM[sizeof("SIGVTALRM")];
	char n_SIGWINCH[sizeof("SIGWINCH")];
	char n_SIGXCPU[sizeof("SIGXCPU")];
	char n_SIGXFSZ[sizeof("SIGXFSZ")];
	char n_SOCK_CLOEXEC[sizeof("SOCK_CLOEXEC")];
	char n_SOCK_DCCP[sizeof("SOCK_DCCP")];
	char n_SOCK_DGRAM[sizeof("SOCK_DGRAM")];
	char n_SOCK_NONBLOCK[sizeof("SOCK_NONBLOCK")];
	char n_SOCK_PACKET[sizeof("SOCK_PACKET")];
	char n_SOCK_RAW[sizeof("SOCK_RAW")];
	char n_SOCK_RDM[sizeof("SOCK_RDM")];
	char n_SOCK_SEQPACKET[sizeof("SOCK_SEQPACKET")];
	char n_SOCK_STREAM[sizeof("SOCK_STREAM")];
	char n_SOL_AAL[sizeof("SOL_AAL")];
	char n_SOL_ALG[sizeof("SOL_ALG")];
	char n_SOL_ATM[sizeof("SOL_ATM")];
	char n_SOL_BLUETOOTH[sizeof("SOL_BLUETOOTH")];
	char n_SOL_CAIF[sizeof("SOL_CAIF")];
	char n_SOL_DCCP[sizeof("SOL_DCCP")];
	char n_SOL_DECNET[sizeof("SOL_DECNET")];
	char n_SOL_IRDA[sizeof("SOL_IRDA")];
	char n_SOL_IUCV[sizeof("SOL_IUCV")];
	char n_SOL_KCM[sizeof("SOL_KCM")];
	char n_SOL_LLC[sizeof("SOL_LLC")];
	char n_SOL_MCTP[sizeof("SOL_MCTP")];
	char n_SOL_MPTCP[sizeof("SOL_MPTCP")];
	char n_SOL_NETBEUI[sizeof("SOL_NETBEUI")];
	char n_SOL_NETLINK[sizeof("SOL_NETLINK")];
	char n_SOL_NFC[sizeof("SOL_NFC")];
	char n_SOL_PACKET[sizeof("SOL_PACKET")];
	char n_SOL_PNPIPE[sizeof("SOL_PNPIPE")];
	char n_SOL_PPPOL2TP[sizeof("SOL_PPPOL2TP")];
	char n_SOL_RAW[sizeof("SOL_RAW")];
	char n_SOL_RDS[sizeof("SOL_RDS")];
	char n_SOL_RXRPC[sizeof("SOL_RXRPC")];
	char n_SOL_SMC[sizeof("SOL_SMC")];
	char n_SOL_SOCKET[sizeof("SOL_SOCKET")];
	char n_SOL_TIPC[sizeof("SOL_TIPC")];
	char n_SOL_TLS[sizeof("SOL_TLS")];
	char n_SOL_VSOCK[sizeof("SOL_VSOCK")];
	char n_SOL_X25[sizeof("SOL_X25")];
	char n_SOL_XDP[sizeof("SOL_XDP")];
	char n_STICKY_TIMEOUTS[sizeof("STICKY_TIMEOUTS")];
	char n_UMOUNT_NOFOLLOW[sizeof("UMOUNT_NOFOLLOW")];
	char n_UNAME26[sizeof("UNAME26")];
	char n_WHOLE_SECONDS[sizeof("WHOLE_SECONDS")];
	char n_W_OK[sizeof("W_OK")];
	char n_X_OK[sizeof("X_OK")];
	char n_aarch64[sizeof("aarch64")];
	char n_accept[sizeof("accept")];
	char n_accept4[sizeof("accept4")];
	char n_aggfrag[sizeof("aggfrag")];
	char n_ah[sizeof("ah")];
	char n_alg[sizeof("alg")];
	char n_allow[sizeof("allow")];
	char n_alpha[sizeof("alpha")];
	char n_appletalk[sizeof("appletalk")];
	char n_arcompact[sizeof("arcompact")];
	char n_arcompactbe[sizeof("arcompactbe")];
	char n_arcv2[sizeof("arcv2")];
	char n_arcv2be[sizeof("arcv2be")];
	char n_arm[sizeof("arm")];
	char n_armeb[sizeof("armeb")];
	char n_arp[sizeof("arp")];
	char n_ash[sizeof("ash")];
	char n_async_cancel[sizeof("async_cancel")];
	char n_atmpvc[sizeof("atmpvc")];
	char n_atmsvc[sizeof("atmsvc")];
	char n_ax25[sizeof("ax25")];
	char n_beetph[sizeof("beetph")];
	char n_bind[sizeof("bind")];
	char n_bluetooth[sizeof("bluetooth")];
	char n_bridge[sizeof("bridge")];
	char n_c6x[sizeof("c6x")];
	char n_c6xbe[sizeof("c6xbe")];
	char n_caif[sizeof("caif")];
	char n_can[sizeof("can")];
	char n_close[sizeof("close")];
	char n_comp[sizeof("comp")];
	char n_connect[sizeof("connect")];
	char n_cris[sizeof("cris")];
	char n_csky[sizeof("csky")];
	char n_dccp[sizeof("dccp")];
	char n_decnet[sizeof("decnet")];
	char n_deny[sizeof("deny")];
	char n_econet[sizeof("econet")];
	char n_egp[sizeof("egp")];
	char n_encap[sizeof("encap")];
	char n_epoll_ctl[sizeof("epoll_ctl")];
	char n_epoll_wait[sizeof("epoll_wait")];
	char n_errno[sizeof("errno")];
	char n_esp[sizeof("esp")];
	char n_ethernet[sizeof("ethernet")];
	char n_exclude[sizeof("exclude")];
	char n_exit[sizeof("exit")];
	char n_fadvise[sizeof("fadvise")];
	char n_fallocate[sizeof("fallocate")];
	char n_fgetxattr[sizeof("fgetxattr")];
	char n_files_update[sizeof("files_update")];
	char n_filesystem[sizeof("filesystem")];
	char n_fixed_fd_install[sizeof("fixed_fd_install")];
	char n_frv[sizeof("frv")];
	char n_fsetxattr[sizeof("fsetxattr")];
	char n_fsync[sizeof("fsync")];
	char n_ftruncate[sizeof("ftruncate")];
	char n_futex_wait[sizeof("futex_wait")];
	char n_futex_waitv[sizeof("futex_waitv")];
	char n_futex_wake[sizeof("futex_wake")];
	char n_getpeername[sizeof("getpeername")];
	char n_getsockname[sizeof("getsockname")];
	char n_getsockopt[sizeof("getsockopt")];
	char n_getxattr[sizeof("getxattr")];
	char n_gre[sizeof("gre")];
	char n_h8300[sizeof("h8300")];
	char n_hexagon[sizeof("hexagon")];
	char n_i386[sizeof("i386")];
	char n_ia64[sizeof("ia64")];
	char n_ib[sizeof("ib")];
	char n_icmp[sizeof("icmp")];
	char n_idp[sizeof("idp")];
	char n_ieee802154[sizeof("ieee802154")];
	char n_igmp[sizeof("igmp")];
	char n_inet[sizeof("inet")];
	char n_inet6[sizeof("inet6")];
	char n_ip[sizeof("ip")];
	char n_ipip[sizeof("ipip")];
	char n_ipv4[sizeof("ipv4")];
	char n_ipv6[sizeof("ipv6")];
	char n_ipx[sizeof("ipx")];
	char n_irda[sizeof("irda")];
	char n_isdn[sizeof("isdn")];
	char n_iucv[sizeof("iucv")];
	char n_kcm[sizeof("kcm")];
	char n_key[sizeof("key")];
	char n_kill_process[sizeof("kill_process")];
	char n_kill_thread[sizeof("kill_thread")];
	char n_l2tp[sizeof("l2tp")];
	char n_link_timeout[sizeof("link_timeout")];
	char n_linkat[sizeof("linkat")];
	char n_listen[sizeof("listen")];
	char n_llc[sizeof("llc")];
	char n_log[sizeof("log")];
	char n_loongarch32[sizeof("loongarch32")];
	char n_loongarch64[sizeof("loongarch64")];
	char n_m32r[sizeof("m32r")];
	char n_m68k[sizeof("m68k")];
	char n_madvise[sizeof("madvise")];
	char n_mctp[sizeof("mctp")];
	char n_microblaze[sizeof("microblaze")];
	char n_mips[sizeof("mips")];
	char n_mips64[sizeof("mips64")];
	char n_mips64n32[sizeof("mips64n32")];
	char n_mipsel[sizeof("mipsel")];
	char n_mipsel64[sizeof("mipsel64")];
	char n_mipsel64n32[sizeof("mipsel64n32")];
	char n_mkdirat[sizeof("mkdirat")];
	char n_mpls[sizeof("mpls")];
	char n_mptcp[sizeof("mptcp")];
	char n_msg_ring[sizeof("msg_ring")];
	char n_mtp[sizeof("mtp")];
	char n_nds32[sizeof("nds32")];
	char n_nds32be[sizeof("nds32be")];
	char n_netbeui[sizeof("netbeui")];
	char n_netdev[sizeof("netdev")];
	char n_netlink[sizeof("netlink")];
	char n_netrom[sizeof("netrom")];
	char n_nfc[sizeof("nfc")];
	char n_nios2[sizeof("nios2")];
	char n_none[sizeof("none")];
	char n_nop[sizeof("nop")];
	char n_nop128[sizeof("nop128")];
	char n_openat[sizeof("openat")];
	char n_openat2[sizeof("openat2")];
	char n_openrisc[sizeof("openrisc")];
	char n_packet[sizeof("packet")];
	char n_parisc[sizeof("parisc")];
	char n_parisc64[sizeof("parisc64")];
	char n_phonet[sizeof("phonet")];
	char n_pim[sizeof("pim")];
	char n_pipe[sizeof("pipe")];
	char n_poll_add[sizeof("poll_add")];
	char n_poll_remove[sizeof("poll_remove")];
	char n_ppc[sizeof("ppc")];
	char n_ppc64[sizeof("ppc64")];
	char n_ppc64le[sizeof("ppc64le")];
	char n_pppox[sizeof("pppox")];
	char n_provide_buffers[sizeof("provide_buffers")];
	char n_pup[sizeof("pup")];
	char n_qipcrtr[sizeof("qipcrtr")];
	char n_raw[sizeof("raw")];
	char n_rds[sizeof("rds")];
	char n_read[sizeof("read")];
	char n_read_fixed[sizeof("read_fixed")];
	char n_read_multishot[sizeof("read_multishot")];
	char n_readlog[sizeof("readlog")];
	char n_readv[sizeof("readv")];
	char n_readv_fixed[sizeof("readv_fixed")];
	char n_recv[sizeof("recv")];
	char n_recv_zc[sizeof("recv_zc")];
	char n_recvfrom[sizeof("recvfrom")];
	char n_recvmmsg[sizeof("recvmmsg")];
	char n_recvmsg[sizeof("recvmsg")];
	char n_remove_buffers[sizeof("remove_buffers")];
	char n_renameat[sizeof("renameat")];
	char n_riscv32[sizeof("riscv32")];
	char n_riscv64[sizeof("riscv64")];
	char n_rose[sizeof("rose")];
	char n_rsvp[sizeof("rsvp")];
	char n_rxrpc[sizeof("rxrpc")];
	char n_s390[sizeof("s390")];
	char n_s390x[sizeof("s390x")];
	char n_sctp[sizeof("sctp")];
	char n_security[sizeof("security")];
	char n_send[sizeof("send")];
	char n_send_zc[sizeof("send_zc")];
	char n_sendmmsg[sizeof("sendmmsg")];
	char n_sendmsg[sizeof("sendmsg")];
	char n_sendmsg_zc[sizeof("sendmsg_zc")];
	char n_sendto[sizeof("sendto")];
	char n_setsockopt[sizeof("setsockopt")];
	char n_setxattr[sizeof("setxattr")];
	char n_sh[sizeof("sh")];
	char n_sh64[sizeof("sh64")];
	char n_shel[sizeof("shel")];
	char n_shel64[sizeof("shel64")];
	char n_shutdown[sizeof("shutdown")];
	char n_smc[sizeof("smc")];
	char n_sna[sizeof("sna")];
	char n_socket[sizeof("socket")];
	char n_socketpair[sizeof("socketpair")];
	char n_sparc[sizeof("sparc")];
	char n_sparc64[sizeof("sparc64")];
	char n_splice[sizeof("splice")];
	char n_statx[sizeof("statx")];
	char n_symlinkat[sizeof("symlinkat")];
	char n_sync_file_range[sizeof("sync_file_range")];
	char n_task[sizeof("task")];
	char n_tcp[sizeof("tcp")];
	char n_tee[sizeof("tee")];
	char n_tilegx[sizeof("tilegx")];
	char n_tilegx32[sizeof("tilegx32")];
	char n_tilepro[sizeof("tilepro")];
	char n_timeout[sizeof("timeout")];
	char n_timeout_remove[sizeof("timeout_remove")];
	char n_tipc[sizeof("tipc")];
	char n_tp[sizeof("tp")];
	char n_trace[sizeof("trace")];
	char n_trap[sizeof("trap")];
	char n_udp[sizeof("udp")];
	char n_udplite[sizeof("udplite")];
	char n_unicore[sizeof("unicore")];
	char n_unix[sizeof("unix")];
	char n_unlinkat[sizeof("unlinkat")];
	char n_unspec[sizeof("unspec")];
	char n_uring_cmd[sizeof("uring_cmd")];
	char n_uring_cmd128[sizeof("uring_cmd128")];
	char n_uring_exit[sizeof("uring_exit")];
	char n_user[sizeof("user")];
	char n_user_notif[sizeof("user_notif")];
	char n_vsock[sizeof("vsock")];
	char n_waitid[sizeof("waitid")];
	char n_wanpipe[sizeof("wanpipe")];
	char n_write[sizeof("write")];
	char n_write_fixed[sizeof("write_fixed")];
	char n_writev[sizeof("writev")];
	char n_writev_fixed[sizeof("writev_fixed")];
	char n_x25[sizeof("x25")];
	char n_x86_64[sizeof("x86_64")];
	char n_xdp[sizeof("xdp")];
	char n_xtensa[sizeof("xtensa")];
} symbol_names = {
	"",
	"ADDR_COMPAT_LAYOUT",
	"ADDR_LIMIT_32BIT",
	"ADDR_LIMIT_3GB",
	"ADDR_NO_RANDOMIZE",
	"AT_EMPTY_PATH",
	"AT_NO_AUTOMOUNT",
	"AT_RECURSIVE",
	"AT_STATX_DONT_SYNC",
	"AT_STATX_FORCE_SYNC",
	"AT_SYMLINK_FOLLOW",
	"AT_SYMLINK_NOFOLLOW",
	"BPF_BTF_GET_FD_BY_ID",
	"BPF_BTF_GET_NEXT_ID",
	"BPF_BTF_LOAD",
	"BPF_ENABLE_STATS",
	"BPF_ITER_CREATE",
	"BPF_LINK_CREATE",
	"BPF_LINK_DETACH",
	"BPF_LINK_GET_FD_BY_ID",
	"BPF_LINK_GET_NEXT_ID",
	"BPF_LINK_UPDATE",
	"BPF_MAP_CREATE",
	"BPF_MAP_DELETE_BATCH",
	"BPF_MAP_DELETE_ELEM",
	"BPF_MAP_FREEZE",
	"BPF_MAP_GET_FD_BY_ID",
	"BPF_MAP_GET_NEXT_ID",
	"BPF_MAP_GET_NEXT_KEY",
	"BPF_MAP_LOOKUP_AND_DELETE_BATCH",
	"BPF_MAP_LOOKUP_AND_DELETE_ELEM",
	"BPF_MAP_LOOKUP_BATCH",
	"BPF_MAP_LOOKUP_ELEM",
	"BPF_MAP_UPDATE_BATCH",
	"BPF_MAP_UPDATE_ELEM",
	"BPF_OBJ_GET",
	"BPF_OBJ_GET_INFO_BY_FD",
	"BPF_OBJ_PIN",
	"BPF_PROG_ASSOC_STRUCT_OPS",
	"BPF_PROG_ATTACH",
	"BPF_PROG_BIND_MAP",
	"BPF_PROG_DETACH",
	"BPF_PROG_GET_FD_BY_ID",
	"BPF_PROG_GET_NEXT_ID",
	"BPF_PROG_LOAD",
	"BPF_PROG_QUERY",
	"BPF_PROG_STREAM_READ_BY_FD",
	"BPF_PROG_TEST_RUN",
	"BPF_RAW_TRACEPOINT_OPEN",
	"BPF_TASK_FD_QUERY",
	"BPF_TOKEN_CREATE",
	"CAP_AUDIT_CONTROL",
	"CAP_AUDIT_READ",
	"CAP_AUDIT_WRITE",
	"CAP_BLOCK_SUSPEND",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_KILL",
	"CAP_LEASE",
	"CAP_LINUX_IMMUTABLE",
	"CAP_MAC_ADMIN",
	"CAP_MAC_OVERRIDE",
	"CAP_MKNOD",
	"CAP_NET_ADMIN",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_RAW",
	"CAP_PERFMON",
	"CAP_SETFCAP",
	"CAP_SETGID",
	"CAP_SETPCAP",
	"CAP_SETUID",
	"CAP_SYSLOG",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_CHROOT",
	"CAP_SYS_MODULE",
	"CAP_SYS_NICE",
	"CAP_SYS_PACCT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_WAKE_ALARM",
	"CLOCK_AUX",
	"CLOCK_BOOTTIME",
	"CLOCK_BOOTTIME_ALARM",
	"CLOCK_MONOTONIC",
	"CLOCK_MONOTONIC_COARSE",
	"CLOCK_MONOTONIC_RAW",
	"CLOCK_PROCESS_CPUTIME_ID",
	"CLOCK_REALTIME",
	"CLOCK_REALTIME_ALARM",
	"CLOCK_REALTIME_COARSE",
	"CLOCK_SGI_CYCLE",
	"CLOCK_TAI",
	"CLOCK_THREAD_CPUTIME_ID",
	"CLONE_AUTOREAP",
	"CLONE_CHILD_CLEARTID",
	"CLONE_CHILD_SETTID",
	"CLONE_CLEAR_SIGHAND",
	"CLONE_DETACHED",
	"CLONE_EMPTY_MNTNS",
	"CLONE_FILES",
	"CLONE_FS",
	"CLONE_INTO_CGROUP",
	"CLONE_IO",
	"CLONE_NEWCGROUP",
	"CLONE_NEWIPC",
	"CLONE_NEWNET",
	"CLONE_NEWNS",
	"CLONE_NEWPID",
	"CLONE_NEWTIME",
	"CLONE_NEWUSER",
	"CLONE_NEWUTS",
	"CLONE_NNP",
	"CLONE_PARENT",
	"CLONE_PARENT_SETTID",
	"CLONE_PIDFD",
	"CLONE_PIDFD_AUTOKILL",
	"CLONE_PTRACE",
	"CLONE_SETTLS",
	"CLONE_SIGHAND",
	"CLONE_SYSVSEM",
	"CLONE_THREAD",
	"CLONE_UNTRACED",
	"CLONE_VFORK",
	"CLONE_VM",
	"E2BIG",
	"EACCES",
	"EADDRINUSE",
	"EADDRNOTAVAIL",
	"EADV",
	"EAFNOSUPPORT",
	"EAGAIN",
	"EALREADY",
	"EBADE",
	"EBADF",
	"EBADFD",
	"EBADMSG",
	"EBADR",
	"EBADRQC",
	"EBADSLT",
	"EBFONT",
	"EBUSY",
	"ECANCELED",
	"ECHILD",
	"ECHRNG",
	"ECOMM",
	"ECONNABORTED",
	"ECONNREFUSED",
	"ECONNRESET",
	"EDEADLK",
	"EDESTADDRREQ",
	"EDOM",
	"EDOTDOT",
	"EDQUOT",
	"EEXIST",
	"EFAULT",
	"EFBIG",
	"EFTYPE",
	"EHOSTDOWN",
	"EHOSTUNREACH",
	"EHWPOISON",
	"EIDRM",
	"EILSEQ",
	"EINPROGRESS",
	"EINTR",
	"EINVAL",
	"EIO",
	"EISCONN",
	"EISDIR",
	"EISNAM",
	"EKEYEXPIRED",
	"EKEYREJECTED",
	"EKEYREVOKED",
	"EL2HLT",
	"EL2NSYNC",
	"EL3HLT",
	"EL3RST",
	"ELIBACC",
	"ELIBBAD",
	"ELIBEXEC",
	"ELIBMAX",
	"ELIBSCN",
	"ELNRNG",
	"ELOOP",
	"EMEDIUMTYPE",
	"EMFILE",
	"EMLINK",
	"EMSGSIZE",
	"EMULTIHOP",
	"ENAMETOOLONG",
	"ENAVAIL",
	"ENETDOWN",
	"ENETRESET",
	"ENETUNREACH",
	"ENFILE",
	"ENOANO",
	"ENOBUFS",
	"ENOCSI",
	"ENODATA",
	"ENODEV",
	"ENOENT",
	"ENOEXEC",
	"ENOKEY",
	"ENOLCK",
	"ENOLINK",
	"ENOMEDIUM",
	"ENOMEM",
	"ENOMSG",
	"ENONET",
	"ENOPKG",
	"ENOPROTOOPT",
	"ENOSPC",
	"ENOSR",
	"ENOSTR",
	"ENOSYS",
	"ENOTBLK",
	"ENOTCONN",
	"ENOTDIR",
	"ENOTEMPTY",
	"ENOTNAM",
	"ENOTRECOVERABLE",
	"ENOTSOCK",
	"ENOTTY",
	"ENOTUNIQ",
	"ENXIO",
	"EOPNOTSUPP",
	"EOVERFLOW",
	"EOWNERDEAD",
	"EPERM",
	"EPFNOSUPPORT",
	"EPIPE",
	"EPOLL_CTL_ADD",
	"EPOLL_CTL_DEL",
	"EPOLL_CTL_MOD",
	"EPROTO",
	"EPROTONOSUPPORT",
	"EPROTOTYPE",
	"ERANGE",
	"EREMCHG",
	"EREMOTE",
	"EREMOTEIO",
	"ERESTART",
	"ERESTARTNOHAND",
	"ERESTARTNOINTR",
	"ERESTARTSYS",
	"ERESTART_RESTARTBLOCK",
	"ERFKILL",
	"EROFS",
	"ESHUTDOWN",
	"ESOCKTNOSUPPORT",
	"ESPIPE",
	"ESRCH",
	"ESRMNT",
	"ESTALE",
	"ESTRPIPE",
	"ETIME",
	"ETIMEDOUT",
	"ETOOMANYREFS",
	"ETXTBSY",
	"EUCLEAN",
	"EUNATCH",
	"EUSERS",
	"EXDEV",
	"EXFULL",
	"FDPIC_FUNCPTRS",
	"F_ADD_SEALS",
	"F_CANCELLK",
	"F_CREATED_QUERY",
	"F_DUPFD",
	"F_DUPFD_CLOEXEC",
	"F_DUPFD_QUERY",
	"F_GETDELEG",
	"F_GETFD",
	"F_GETFL",
	"F_GETLEASE",
	"F_GETLK",
	"F_GETOWN",
	"F_GETOWNER_UIDS",
	"F_GETOWN_EX",
	"F_GETPIPE_SZ",
	"F_GETSIG",
	"F_GET_FILE_RW_HINT",
	"F_GET_RW_HINT",
	"F_GET_SEALS",
	"F_NOTIFY",
	"F_OFD_GETLK",
	"F_OFD_SETLK",
	"F_OFD_SETLKW",
	"F_OK",
	"F_SETDELEG",
	"F_SETFD",
	"F_SETFL",
	"F_SETLEASE",
	"F_SETLK",
	"F_SETLKW",
	"F_SETOWN",
	"F_SETOWN_EX",
	"F_SETPIPE_SZ",
	"F_SETSIG",
	"F_SET_FILE_RW_HINT",
	"F_SET_RW_HINT",
	"IPC_CREAT",
	"IPC_EXCL",
	"KEYCTL_ASSUME_AUTHORITY",
	"KEYCTL_CAPABILITIES",
	"KEYCTL_CHOWN",
	"KEYCTL_CLEAR",
	"KEYCTL_DESCRIBE",
	"KEYCTL_DH_COMPUTE",
	"KEYCTL_GET_KEYRING_ID",
	"KEYCTL_GET_PERSISTENT",
	"KEYCTL_GET_SECURITY",
	"KEYCTL_INSTANTIATE",
	"KEYCTL_INSTANTIATE_IOV",
	"KEYCTL_INVALIDATE",
	"KEYCTL_JOIN_SESSION_KEYRING",
	"KEYCTL_LINK",
	"KEYCTL_MOVE",
	"KEYCTL_NEGATE",
	"KEYCTL_PKEY_DECRYPT",
	"KEYCTL_PKEY_ENCRYPT",
	"KEYCTL_PKEY_QUERY",
	"KEYCTL_PKEY_SIGN",
	"KEYCTL_PKEY_VERIFY",
	"KEYCTL_READ",
	"KEYCTL_REJECT",
	"KEYCTL_RESTRICT_KEYRING",
	"KEYCTL_REVOKE",
	"KEYCTL_SEARCH",
	"KEYCTL_SESSION_TO_PARENT",
	"KEYCTL_SETPERM",
	"KEYCTL_SET_REQKEY_KEYRING",
	"KEYCTL_SET_TIMEOUT",
	"KEYCTL_UNLINK",
	"KEYCTL_UPDATE",
	"KEYCTL_WATCH_KEY",
	"MAP_32BIT",
	"MAP_ABOVE4G",
	"MAP_ANONYMOUS",
	"MAP_DENYWRITE",
	"MAP_DROPPABLE",
	"MAP_EXECUTABLE",
	"MAP_FIXED",
	"MAP_FIXED_NOREPLACE",
	"MAP_GROWSDOWN",
	"MAP_HUGETLB",
	"MAP_LOCKED",
	"MAP_NONBLOCK",
	"MAP_NORESERVE",
	"MAP_POPULATE",
	"MAP_PRIVATE",
	"MAP_SHARED",
	"MAP_SHARED_VALIDATE",
	"MAP_STACK",
	"MAP_SYNC",
	"MMAP_PAGE_ZERO",
	"MNT_DETACH",
	"MNT_EXPIRE",
	"MNT_FORCE",
	"MS_ACTIVE",
	"MS_BIND",
	"MS_BORN",
	"MS_DIRSYNC",
	"MS_I_VERSION",
	"MS_KERNMOUNT",
	"MS_LAZYTIME",
	"MS_MANDLOCK",
	"MS_MOVE",
	"MS_NOATIME",
	"MS_NODEV",
	"MS_NODIRATIME",
	"MS_NOEXEC",
	"MS_NOREMOTELOCK",
	"MS_NOSEC",
	"MS_NOSUID",
	"MS_NOSYMFOLLOW",
	"MS_NOUSER",
	"MS_POSIXACL",
	"MS_PRIVATE",
	"MS_RDONLY",
	"MS_REC",
	"MS_RELATIME",
	"MS_REMOUNT",
	"MS_SHARED",
	"MS_SILENT",
	"MS_SLAVE",
	"MS_STRICTATIME",
	"MS_SUBMOUNT",
	"MS_SYNCHRONOUS",
	"MS_UNBINDABLE",
	"O_APPEND",
	"O_CLOEXEC",
	"O_CREAT",
	"O_DIRECT",
	"O_DIRECTORY",
	"O_DSYNC",
	"O_EMPTYPATH",
	"O_EXCL",
	"O_LARGEFILE",
	"O_NOATIME",
	"O_NOCTTY",
	"O_NOFOLLOW",
	"O_NONBLOCK",
	"O_PATH",
	"O_RDONLY",
	"O_RDWR",
	"O_SYNC",
	"O_TMPFILE",
	"O_TRUNC",
	"O_WRONLY",
	"PER_BSD",
	"PER_IRIX32",
	"PER_IRIX64",
	"PER_IRIXN32",
	"PER_ISCR4",
	"PER_LINUX",
	"PER_LINUX32",
	"PER_LINUX32_3GB",
	"PER_OSF4",
	"PER_OSR5",
	"PER_RISCOS",
	"PER_SOLARIS",
	"PER_SUNOS",
	"PER_SVR3",
	"PER_SVR4",
	"PER_UW7",
	"PER_WYSEV386",
	"PER_XENIX",
	"PROT_EXEC",
	"PROT_GROWSDOWN",
	"PROT_GROWSUP",
	"PROT_NONE",
	"PROT_READ",
	"PROT_SEM",
	"PROT_WRITE",
	"PR_CAPBSET_DROP",
	"PR_CAPBSET_READ",
	"PR_CAP_AMBIENT",
	"PR_FUTEX_HASH",
	"PR_GET_AUXV",
	"PR_GET_CFI",
	"PR_GET_CHILD_SUBREAPER",
	"PR_GET_DUMPABLE",
	"PR_GET_ENDIAN",
	"PR_GET_FPEMU",
	"PR_GET_FPEXC",
	"PR_GET_FP_MODE",
	"PR_GET_IO_FLUSHER",
	"PR_GET_KEEPCAPS",
	"PR_GET_MDWE",
	"PR_GET_MEMORY_MERGE",
	"PR_GET_NAME",
	"PR_GET_NO_NEW_PRIVS",
	"PR_GET_PDEATHSIG",
	"PR_GET_SECCOMP",
	"PR_GET_SECUREBITS",
	"PR_GET_SHADOW_STACK_STATUS",
	"PR_GET_SPECULATION_CTRL",
	"PR_GET_TAGGED_ADDR_CTRL",
	"PR_GET_THP_DISABLE",
	"PR_GET_TID_ADDRESS",
	"PR_GET_TIMERSLACK",
	"PR_GET_TIMING",
	"PR_GET_TSC",
	"PR_GET_UNALIGN",
	"PR_LOCK_SHADOW_STACK_STATUS",
	"PR_MCE_KILL",
	"PR_MPX_DISABLE_MANAGEMENT",
	"PR_MPX_ENABLE_MANAGEMENT",
	"PR_PAC_GET_ENABLED_KEYS",
	"PR_PAC_RESET_KEYS",
	"PR_PAC_SET_ENABLED_KEYS",
	"PR_PPC_GET_DEXCR",
	"PR_PPC_SET_DEXCR",
	"PR_RISCV_SET_ICACHE_FLUSH_CTX",
	"PR_RISCV_V_GET_CONTROL",
	"PR_RISCV_V_SET_CONTROL",
	"PR_RSEQ_SLICE_EXTENSION",
	"PR_SCHED_CORE",
	"PR_SET_CFI",
	"PR_SET_CHILD_SUBREAPER",
	"PR_SET_DUMPABLE",
	"PR_SET_ENDIAN",
	"PR_SET_FPEMU",
	"PR_SET_FPEXC",
	"PR_SET_FP_MODE",
	"PR_SET_IO_FLUSHER",
	"PR_SET_KEEPCAPS",
	"PR_SET_MDWE",
	"PR_SET_MEMORY_MERGE",
	"PR_SET_MM",
	"PR_SET_NAME",
	"PR_SET_NO_NEW_PRIVS",
	"PR_SET_PDEATHSIG",
	"PR_SET_PTRACER",
	"PR_SET_SECCOMP",
	"PR_SET_SECUREBITS",
	"PR_SET_SHADOW_STACK_STATUS",
	"PR_SET_SPECULATION_CTRL",
	"PR_SET_SYSCALL_USER_DISPATCH",
	"PR_SET_TAGGED_ADDR_CTRL",
	"PR_SET_THP_DISABLE",
	"PR_SET_TIMERSLACK",
	"PR_SET_TIMING",
	"PR_SET_TSC",
	"PR_SET_UNALIGN",
	"PR_SET_VMA",
	"PR_SME_GET_VL",
	"PR_SME_SET_VL",
	"PR_SVE_GET_VL",
	"PR_SVE_SET_VL",
	"PR_TASK_PERF_EVENTS_DISABLE",
	"PR_TASK_PERF_EVENTS_ENABLE",
	"PR_TIMER_CREATE_RESTORE_IDS",
	"PTRACE_ARCH_PRCTL",
	"PTRACE_ATTACH",
	"PTRACE_CONT",
	"PTRACE_DETACH",
	"PTRACE_GETEVENTMSG",
	"PTRACE_GETFPREGS",
	"PTRACE_GETFPXREGS",
	"PTRACE_GETREGS",
	"PTRACE_GETREGSET",
	"PTRACE_GETSIGINFO",
	"PTRACE_GETSIGMASK",
	"PTRACE_GET_RSEQ_CONFIGURATION",
	"PTRACE_GET_SYSCALL_INFO",
	"PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG",
	"PTRACE_GET_THREAD_AREA",
	"PTRACE_INTERRUPT",
	"PTRACE_KILL",
	"PTRACE_LISTEN",
	"PTRACE_OLDSETOPTIONS",
	"PTRACE_PEEKDATA",
	"PTRACE_PEEKSIGINFO",
	"PTRACE_PEEKTEXT",
	"PTRACE_PEEKUSR",
	"PTRACE_POKEDATA",
	"PTRACE_POKETEXT",
	"PTRACE_POKEUSR",
	"PTRACE_SECCOMP_GET_FILTER",
	"PTRACE_SECCOMP_GET_METADATA",
	"PTRACE_SEIZE",
	"PTRACE_SETFPREGS",
	"PTRACE_SETFPXREGS",
	"PTRACE_SETOPTIONS",
	"PTRACE_SETREGS",
	"PTRACE_SETREGSET",
	"PTRACE_SETSIGINFO",
	"PTRACE_SETSIGMASK",
	"PTRACE_SET_SYSCALL_INFO",
	"PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG",
	"PTRACE_SET_THREAD_AREA",
	"PTRACE_SINGLEBLOCK",
	"PTRACE_SINGLESTEP",
	"PTRACE_SYSCALL",
	"PTRACE_SYSEMU",
	"PTRACE_SYSEMU_SINGLESTEP",
	"PTRACE_TRACEME",
	"READ_IMPLIES_EXEC",
	"RESOLVE_BENEATH",
	"RESOLVE_CACHED",
	"RESOLVE_IN_ROOT",
	"RESOLVE_NO_MAGICLINKS",
	"RESOLVE_NO_SYMLINKS",
	"RESOLVE_NO_XDEV",
	"RLIMIT_AS",
	"RLIMIT_CORE",
	"RLIMIT_CPU",
	"RLIMIT_DATA",
	"RLIMIT_FSIZE",
	"RLIMIT_LOCKS",
	"RLIMIT_MEMLOCK",
	"RLIMIT_MSGQUEUE",
	"RLIMIT_NICE",
	"RLIMIT_NOFILE",
	"RLIMIT_NPROC",
	"RLIMIT_RSS",
	"RLIMIT_RTPRIO",
	"RLIMIT_RTTIME",
	"RLIMIT_SIGPENDING",
	"RLIMIT_STACK",
	"R_OK",
	"SECCOMP_GET_ACTION_AVAIL",
	"SECCOMP_GET_NOTIF_SIZES",
	"SECCOMP_SET_MODE_FILTER",
	"SECCOMP_SET_MODE_STRICT",
	"SHM_HUGETLB",
	"SHM_NORESERVE",
	"SHORT_INODE",
	"SIGABRT",
	"SIGALRM",
	"SIGBUS",
	"SIGCHLD",
	"SIGCONT",
	"SIGFPE",
	"SIGHUP",
	"SIGILL",
	"SIGINT",
	"SIGIO",
	"SIGKILL",
	"SIGPIPE",
	"SIGPROF",
	"SIGPWR",
	"SIGQUIT",
	"SIGSEGV",
	"SIGSTKFLT",
	"SIGSTOP",
	"SIGSYS",
	"SIGTERM",
	"SIGTRAP",
	"SIGTSTP",
	"SIGTTIN",
	"SIGTTOU",
	"SIGURG",
	"SIGUSR1",
	"SIGUSR2",
	"SIGVTALRM",
	"SIGWINCH",
	"SIGXCPU",
	"SIGXFSZ",
	"SOCK_CLOEXEC",
	"SOCK_DCCP",
	"SOCK_DGRAM",
	"SOCK_NONBLOCK",
	"SOCK_PACKET",
	"SOCK_RAW",
	"SOCK_RDM",
	"SOCK_SEQPACKET",
	"SOCK_STREAM",
	"SOL_AAL",
	"SOL_ALG",
	"SOL_ATM",
	"SOL_BLUETOOTH",
	"SOL_CAIF",
	"SOL_DCCP",
	"SOL_DECNET",
	"SOL_IRDA",
	"SOL_IUCV",
	"SOL_KCM",
	"SOL_LLC",
	"SOL_MCTP",
	"SOL_MPTCP",
	"SOL_NETBEUI",
	"SOL_NETLINK",
	"SOL_NFC",
	"SOL_PACKET",
	"SOL_PNPIPE",
	"SOL_PPPOL2TP",
	"SOL_RAW",
	"SOL_RDS",
	"SOL_RXRPC",
	"SOL_SMC",
	"SOL_SOCKET",
	"SOL_TIPC",
	"SOL_TLS",
	"SOL_VSOCK",
	"SOL_X25",
	"SOL_XDP",
	"STICKY_TIMEOUTS",
	"UMOUNT_NOFOLLOW",
	"UNAME26",
	"WHOLE_SECONDS",
	"W_OK",
	"X_OK",
	"aarch64",
	"accept",
	"accept4",
	"aggfrag",
	"ah",
	"alg",
	"allow",
	"alpha",
	"appletalk",
	"arcompact",
	"arcompactbe",
	"arcv2",
	"arcv2be",
	"arm",
	"armeb",
	"arp",
	"ash",
	"async_cancel",
	"atmpvc",
	"atmsvc",
	"ax25",
	"beetph",
	"bind",
	"bluetooth",
	"bridge",
	"c6x",
	"c6xbe",
	"caif",
	"can",
	"close",
	"comp",
	"connect",
	"cris",
	"csky",
	"dccp",
	"decnet",
	"deny",
	"econet",
	"egp",
	"encap",
	"epoll_ctl",
	"epoll_wait",
	"errno",
	"esp",
	"ethernet",
	"exclude",
	"exit",
	"fadvise",
	"fallocate",
	"fgetxattr",
	"files_update",
	"filesystem",
	"fixed_fd_install",
	"frv",
	"fsetxattr",
	"fsync",
	"ftruncate",
	"futex_wait",
	"futex_waitv",
	"futex_wake",
	"getpeername",
	"getsockname",
	"getsockopt",
	"getxattr",
	"gre",
	"h8300",
	"hexagon",
	"i386",
	"ia64",
	"ib",
	"icmp",
	"idp",
	"ieee802154",
	"igmp",
	"inet",
	"inet6",
	"ip",
	"ipip",
	"ipv4",
	"ipv6",
	"ipx",
	"irda",
	"isdn",
	"iucv",
	"kcm",
	"key",
	"kill_process",
	"kill_thread",
	"l2tp",
	"link_timeout",
	"linkat",
	"listen",
	"llc",
	"log",
	"loongarch32",
	"loongarch64",
	"m32r",
	"m68k",
	"madvise",
	"mctp",
	"microblaze",
	"mips",
	"mips64",
	"mips64n32",
	"mipsel",
	"mipsel64",
	"mipsel64n32",
	"mkdirat",
	"mpls",
	"mptcp",
	"msg_ring",
	"mtp",
	"nds32",
	"nds32be",
	"netbeui",
	"netdev",
	"netlink",
	"netrom",
	"nfc",
	"nios2",
	"none",
	"nop",
	"nop128",
	"openat",
	"openat2",
	"openrisc",
	"packet",
	"parisc",
	"parisc64",
	"phonet",
	"pim",
	"pipe",
	"poll_add",
	"poll_remove",
	"ppc",
	"ppc64",
	"ppc64le",
	"pppox",
	"provide_buffers",
	"pup",
	"qipcrtr",
	"raw",
	"rds",
	"read",
	"read_fixed",
	"read_multishot",
	"readlog",
	"readv",
	"readv_fixed",
	"recv",
	"recv_zc",
	"recvfrom",
	"recvmmsg",
	"recvmsg",
	"remove_buffers",
	"renameat",
	"riscv32",
	"riscv64",
	"rose",
	"rsvp",
	"rxrpc",
	"s390",
	"s390x",
	"sctp",
	"security",
	"send",
	"send_zc",
	"sendmmsg",
	"sendmsg",
	"sendmsg_zc",
	"sendto",
	"setsockopt",
	"setxattr",
	"sh",
	"sh64",
	"shel",
	"shel64",
	"shutdown",
	"smc",
	"sna",
	"socket",
	"socketpair",
	"sparc",
	"sparc64",
	"splice",
	"statx",
	"symlinkat",
	"sync_file_range",
	"task",
	"tcp",
	"tee",
	"tilegx",
	"tilegx32",
	"tilepro",
	"timeout",
	"timeout_remove",
	"tipc",
	"tp",
	"trace",
	"trap",
	"udp",
	"udplite",
	"unicore",
	"unix",
	"unlinkat",
	"unspec",
	"uring_cmd",
	"uring_cmd128",
	"uring_exit",
	"user",
	"user_notif",
	"vsock",
	"waitid",
	"wanpipe",
	"write",
	"write_fixed",
	"writev",
	"writev_fixed",
	"x25",
	"x86_64",
	"xdp",
	"xtensa",
};
#define NAME(name) \
	(uint16_t)offsetof(struct symbol_names, n_##name)
struct symbol {
	uint64_t value;
	uint16_t name;
};
static const struct symbol ones_access[] = {
	{ 0x0, NAME(F_OK) },
};
static const struct symbol bits_access[] = {
	{ 0x1, NAME(X_OK) },
	{ 0x2, NAME(W_OK) },
	{ 0x4, NAME(R_OK) },
};
static const struct symbol ones_arch[] = {
	{ 0x2, NAME(sparc) },
	{ 0x4, NAME(m68k) },
	{ 0x8, NAME(mips) },
	{ 0xf, NAME(parisc) },
	{ 0x14, NAME(ppc) },
	{ 0x16, NAME(s390) },
	{ 0x28, NAME(armeb) },
	{ 0x2a, NAME(sh) },
	{ 0x2e, NAME(h8300) },
	{ 0x58, NAME(m32r) },
	{ 0x5c, NAME(openrisc) },
	{ 0x5d, NAME(arcompactbe) },
	{ 0x5e, NAME(xtensa) },
	{ 0x8c, NAME(c6xbe) },
	{ 0xa4, NAME(hexagon) },
	{ 0xa7, NAME(nds32be) },
	{ 0xbd, NAME(microblaze) },
	{ 0xc3, NAME(arcv2be) },
	{ 0x5441, NAME(frv) },
	{ 0x40000003, NAME(i386) },
	{ 0x40000008, NAME(mipsel) },
	{ 0x40000028, NAME(arm) },
	{ 0x4000002a, NAME(shel) },
	{ 0x4000004c, NAME(cris) },
	{ 0x4000005d, NAME(arcompact) },
	{ 0x4000006e, NAME(unicore) },
	{ 0x40000071, NAME(nios2) },
	{ 0x4000008c, NAME(c6x) },
	{ 0x400000a7, NAME(nds32) },
	{ 0x400000bc, NAME(tilepro) },
	{ 0x400000bf, NAME(tilegx32) },
	{ 0x400000c3, NAME(arcv2) },
	{ 0x400000f3, NAME(riscv32) },
	{ 0x400000fc, NAME(csky) },
	{ 0x40000102, NAME(loongarch32) },
	{ 0x80000008, NAME(mips64) },
	{ 0x8000000f, NAME(parisc64) },
	{ 0x80000015, NAME(ppc64) },
	{ 0x80000016, NAME(s390x) },
	{ 0x8000002a, NAME(sh64) },
	{ 0x8000002b, NAME(sparc64) },
	{ 0xa0000008, NAME(mips64n32) },
	{ 0xc0000008, NAME(mipsel64) },
	{ 0xc0000015, NAME(ppc64le) },
	{ 0xc000002a, NAME(shel64) },
	{ 0xc0000032, NAME(ia64) },
	{ 0xc000003e, NAME(x86_64) },
	{ 0xc00000b7, NAME(aarch64) },
	{ 0xc00000bf, NAME(tilegx) },
	{ 0xc00000f3, NAME(riscv64) },
	{ 0xc0000102, NAME(loongarch64) },
	{ 0xc0009026, NAME(alpha) },
	{ 0xe0000008, NAME(mipsel64n32) },
};
static const struct symbol bits_at_flags[] = {
	{ 0x100, NAME(AT_SYMLINK_NOFOLLOW) },
	{ 0x400, NAME(AT_SYMLINK_FOLLOW) },
	{ 0x800, NAME(AT_NO_AUTOMOUNT) },
	{ 0x1000, NAME(AT_EMPTY_PATH) },
	{ 0x2000, NAME(AT_STATX_FORCE_SYNC) },
	{ 0x4000, NAME(AT_STATX_DONT_SYNC) },
	{ 0x8000, NAME(AT_RECURSIVE) },
};
static const struct symbol ones_bpf_cmd[] = {
	{ 0x0, NAME(BPF_MAP_CREATE) },
	{ 0x1, NAME(BPF_MAP_LOOKUP_ELEM) },
	{ 0x2, NAME(BPF_MAP_UPDATE_ELEM) },
	{ 0x3, NAME(BPF_MAP_DELETE_ELEM) },
	{ 0x4, NAME(BPF_MAP_GET_NEXT_KEY) },
	{ 0x5, NAME(BPF_PROG_LOAD) },
	{ 0x6, NAME(BPF_OBJ_PIN) },
	{ 0x7, NAME(BPF_OBJ_GET) },
	{ 0x8, NAME(BPF_PROG_ATTACH) },
	{ 0x9, NAME(BPF_PROG_DETACH) },
	{ 0xa, NAME(BPF_PROG_TEST_RUN) },
	{ 0xb, NAME(BPF_PROG_GET_NEXT_ID) },
	{ 0xc, NAME(BPF_MAP_GET_NEXT_ID) },
	{ 0xd, NAME(BPF_PROG_GET_FD_BY_ID) },
	{ 0xe, NAME(BPF_MAP_GET_FD_BY_ID) },
	{ 0xf, NAME(BPF_OBJ_GET_INFO_BY_FD) },
	{ 0x10, NAME(BPF_PROG_QUERY) },
	{ 0x11, NAME(BPF_RAW_TRACEPOINT_OPEN) },
	{ 0x12, NAME(BPF_BTF_LOAD) },
	{ 0x13, NAME(BPF_BTF_GET_FD_BY_ID) },
	{ 0x14, NAME(BPF_TASK_FD_QUERY) },
	{ 0x15, NAME(BPF_MAP_LOOKUP_AND_DELETE_ELEM) },
	{ 0x16, NAME(BPF_MAP_FREEZE) },
	{ 0x17, NAME(BPF_BTF_GET_NEXT_ID) },
	{ 0x18, NAME(BPF_MAP_LOOKUP_BATCH) },
	{ 0x19, NAME(BPF_MAP_LOOKUP_AND_DELETE_BATCH) },
	{ 0x1a, NAME(BPF_MAP_UPDATE_BATCH) },
	{ 0x1b, NAME(BPF_MAP_DELETE_BATCH) },
	{ 0x1c, NAME(BPF_LINK_CREATE) },
	{ 0x1d, NAME(BPF_LINK_UPDATE) },
	{ 0x1e, NAME(BPF_LINK_GET_FD_BY_ID) },
	{ 0x1f, NAME(BPF_LINK_GET_NEXT_ID) },
	{ 0x20, NAME(BPF_ENABLE_STATS) },
	{ 0x21, NAME(BPF_ITER_CREATE) },
	{ 0x22, NAME(BPF_LINK_DETACH) },
	{ 0x23, NAME(BPF_PROG_BIND_MAP) },
	{ 0x24, NAME(BPF_TOKEN_CREATE) },
	{ 0x25, NAME(BPF_PROG_STREAM_READ_BY_FD) },
	{ 0x26, NAME(BPF_PROG_ASSOC_STRUCT_OPS) },
};
static const struct symbol ones_capability[] = {
	{ 0x0, NAME(CAP_CHOWN) },
	{ 0x1, NAME(CAP_DAC_OVERRIDE) },
	{ 0x2, NAME(CAP_DAC_READ_SEARCH) },
	{ 0x3, NAME(CAP_FOWNER) },
	{ 0x4, NAME(CAP_FSETID) },
	{ 0x5, NAME(CAP_KILL) },
	{ 0x6, NAME(CAP_SETGID) },
	{ 0x7, NAME(CAP_SETUID) },
	{ 0x8, NAME(CAP_SETPCAP) },
	{ 0x9, NAME(CAP_LINUX_IMMUTABLE) },
	{ 0xa, NAME(CAP_NET_BIND_SERVICE) },
	{ 0xb, NAME(CAP_NET_BROADCAST) },
	{ 0xc, NAME(CAP_NET_ADMIN) },
	{ 0xd, NAME(CAP_NET_RAW) },
	{ 0xe, NAME(CAP_IPC_LOCK) },
	{ 0xf, NAME(CAP_IPC_OWNER) },
	{ 0x10, NAME(CAP_SYS_MODULE) },
	{ 0x11, NAME(CAP_SYS_RAWIO) },
	{ 0x12, NAME(CAP_SYS_CHROOT) },
	{ 0x13, NAME(CAP_SYS_PTRACE) },
	{ 0x14, NAME(CAP_SYS_PACCT) },
	{ 0x15, NAME(CAP_SYS_ADMIN) },
	{ 0x16, NAME(CAP_SYS_BOOT) },
	{ 0x17, NAME(CAP_SYS_NICE) },
	{ 0x18, NAME(CAP_SYS_RESOURCE) },
	{ 0x19, NAME(CAP_SYS_TIME) },
	{ 0x1a, NAME(CAP_SYS_TTY_CONFIG) },
	{ 0x1b, NAME(CAP_MKNOD) },
	{ 0x1c, NAME(CAP_LEASE) },
	{ 0x1d, NAME(CAP_AUDIT_WRITE) },
	{ 0x1e, NAME(CAP_AUDIT_CONTROL) },
	{ 0x1f, NAME(CAP_SETFCAP) },
	{ 0x20, NAME(CAP_MAC_OVERRIDE) },
	{ 0x21, NAME(CAP_MAC_ADMIN) },
	{ 0x22, NAME(CAP_SYSLOG) },
	{ 0x23, NAME(CAP_WAKE_ALARM) },
	{ 0x24, NAME(CAP_BLOCK_SUSPEND) },
	{ 0x25, NAME(CAP_AUDIT_READ) },
	{ 0x26, NAME(CAP_PERFMON) },
	{ 0x27, NAME(CAP_BPF) },
	{ 0x28, NAME(CAP_CHECKPOINT_RESTORE) },
};
static const struct symbol ones_clock[] = {
	{ 0x0, NAME(CLOCK_REALTIME) },
	{ 0x1, NAME(CLOCK_MONOTONIC) },
	{ 0x2, NAME(CLOCK_PROCESS_CPUTIME_ID) },
	{ 0x3, NAME(CLOCK_THREAD_CPUTIME_ID) },
	{ 0x4, NAME(CLOCK_MONOTONIC_RAW) },
	{ 0x5, NAME(CLOCK_REALTIME_COARSE) },
	{ 0x6, NAME(CLOCK_MONOTONIC_COARSE) },
	{ 0x7, NAME(CLOCK_BOOTTIME) },
	{ 0x8, NAME(CLOCK_REALTIME_ALARM) },
	{ 0x9, NAME(CLOCK_BOOTTIME_ALARM) },
	{ 0xa, NAME(CLOCK_SGI_CYCLE) },
	{ 0xb, NAME(CLOCK_TAI) },
	{ 0x10, NAME(CLOCK_AUX) },
};
static const struct symbol ones_clone_flags[] = {
	{ 0x11, NAME(SIGCHLD) },
	{ 0x80, NAME(CLONE_NEWTIME) },
};
static const struct symbol bits_clone_flags[] = {
	{ 0x100, NAME(CLONE_VM) },
	{ 0x200, NAME(CLONE_FS) },
	{ 0x400, NAME(CLONE_FILES) },
	{ 0x800, NAME(CLONE_SIGHAND) },
	{ 0x1000, NAME(CLONE_PIDFD) },
	{ 0x2000, NAME(CLONE_PTRACE) },
	{ 0x4000, NAME(CLONE_VFORK) },
	{ 0x8000, NAME(CLONE_PARENT) },
	{ 0x10000, NAME(CLONE_THREAD) },
	{ 0x20000, NAME(CLONE_NEWNS) },
	{ 0x40000, NAME(CLONE_SYSVSEM) },
	{ 0x80000, NAME(CLONE_SETTLS) },
	{ 0x100000, NAME(CLONE_PARENT_SETTID) },
	{ 0x200000, NAME(CLONE_CHILD_CLEARTID) },
	{ 0x400000, NAME(CLONE_DETACHED) },
	{ 0x800000, NAME(CLONE_UNTRACED) },
	{ 0x1000000, NAME(CLONE_CHILD_SETTID) },
	{ 0x2000000, NAME(CLONE_NEWCGROUP) },
	{ 0x4000000, NAME(CLONE_NEWUTS) },
	{ 0x8000000, NAME(CLONE_NEWIPC) },
	{ 0x10000000, NAME(CLONE_NEWUSER) },
	{ 0x20000000, NAME(CLONE_NEWPID) },
	{ 0x40000000, NAME(CLONE_NEWNET) },
	{ 0x80000000, NAME(CLONE_IO) },
	{ 0x100000000, NAME(CLONE_CLEAR_SIGHAND) },
	{ 0x200000000, NAME(CLONE_INTO_CGROUP) },
	{ 0x400000000, NAME(CLONE_AUTOREAP) },
	{ 0x800000000, NAME(CLONE_NNP) },
	{ 0x1000000000, NAME(CLONE_PIDFD_AUTOKILL) },
	{ 0x2000000000, NAME(CLONE_EMPTY_MNTNS) },
};
static const struct symbol ones_epoll_op[] = {
	{ 0x1, NAME(EPOLL_CTL_ADD) },
	{ 0x2, NAME(EPOLL_CTL_DEL) },
	{ 0x3, NAME(EPOLL_CTL_MOD) },
};
static const struct symbol ones_errno[] = {
	{ 0x1, NAME(EPERM) },
	{ 0x2, NAME(ENOENT) },
	{ 0x3, NAME(ESRCH) },
	{ 0x4, NAME(EINTR) },
	{ 0x5, NAME(EIO) },
	{ 0x6, NAME(ENXIO) },
	{ 0x7, NAME(E2BIG) },
	{ 0x8, NAME(ENOEXEC) },
	{ 0x9, NAME(EBADF) },
	{ 0xa, NAME(ECHILD) },
	{ 0xb, NAME(EAGAIN) },
	{ 0xc, NAME(ENOMEM) },
	{ 0xd, NAME(EACCES) },
	{ 0xe, NAME(EFAULT) },
	{ 0xf, NAME(ENOTBLK) },
	{ 0x10, NAME(EBUSY) },
	{ 0x11, NAME(EEXIST) },
	{ 0x12, NAME(EXDEV) },
	{ 0x13, NAME(ENODEV) },
	{ 0x14, NAME(ENOTDIR) },
	{ 0x15, NAME(EISDIR) },
	{ 0x16, NAME(EINVAL) },
	{ 0x17, NAME(ENFILE) },
	{ 0x18, NAME(EMFILE) },
	{ 0x19, NAME(ENOTTY) },
	{ 0x1a, NAME(ETXTBSY) },
	{ 0x1b, NAME(EFBIG) },
	{ 0x1c, NAME(ENOSPC) },
	{ 0x1d, NAME(ESPIPE) },
	{ 0x1e, NAME(EROFS) },
	{ 0x1f, NAME(EMLINK) },
	{ 0x20, NAME(EPIPE) },
	{ 0x21, NAME(EDOM) },
	{ 0x22, NAME(ERANGE) },
	{ 0x23, NAME(EDEADLK) },
	{ 0x24, NAME(ENAMETOOLONG) },
	{ 0x25, NAME(ENOLCK) },
	{ 0x26, NAME(ENOSYS) },
	{ 0x27, NAME(ENOTEMPTY) },
	{ 0x28, NAME(ELOOP) },
	{ 0x2a, NAME(ENOMSG) },
	{ 0x2b, NAME(EIDRM) },
	{ 0x2c, NAME(ECHRNG) },
	{ 0x2d, NAME(EL2NSYNC) },
	{ 0x2e, NAME(EL3HLT) },
	{ 0x2f, NAME(EL3RST) },
	{ 0x30, NAME(ELNRNG) },
	{ 0x31, NAME(EUNATCH) },
	{ 0x32, NAME(ENOCSI) },
	{ 0x33, NAME(EL2HLT) },
	{ 0x34, NAME(EBADE) },
	{ 0x35, NAME(EBADR) },
	{ 0x36, NAME(EXFULL) },
	{ 0x37, NAME(ENOANO) },
	{ 0x38, NAME(EBADRQC) },
	{ 0x39, NAME(EBADSLT) },
	{ 0x3b, NAME(EBFONT) },
	{ 0x3c, NAME(ENOSTR) },
	{ 0x3d, NAME(ENODATA) },
	{ 0x3e, NAME(ETIME) },
	{ 0x3f, NAME(ENOSR) },
	{ 0x40, NAME(ENONET) },
	{ 0x41, NAME(ENOPKG) },
	{ 0x42, NAME(EREMOTE) },
	{ 0x43, NAME(ENOLINK) },
	{ 0x44, NAME(EADV) },
	{ 0x45, NAME(ESRMNT) },
	{ 0x46, NAME(ECOMM) },
	{ 0x47, NAME(EPROTO) },
	{ 0x48, NAME(EMULTIHOP) },
	{ 0x49, NAME(EDOTDOT) },
	{ 0x4a, NAME(EBADMSG) },
	{ 0x4b, NAME(EOVERFLOW) },
	{ 0x4c, NAME(ENOTUNIQ) },
	{ 0x4d, NAME(EBADFD) },
	{ 0x4e, NAME(EREMCHG) },
	{ 0x4f, NAME(ELIBACC) },
	{ 0x50, NAME(ELIBBAD) },
	{ 0x51, NAME(ELIBSCN) },
	{ 0x52, NAME(ELIBMAX) },
	{ 0x53, NAME(ELIBEXEC) },
	{ 0x54, NAME(EILSEQ) },
	{ 0x55, NAME(ERESTART) },
	{ 0x56, NAME(ESTRPIPE) },
	{ 0x57, NAME(EUSERS) },
	{ 0x58, NAME(ENOTSOCK) },
	{ 0x59, NAME(EDESTADDRREQ) },
	{ 0x5a, NAME(EMSGSIZE) },
	{ 0x5b, NAME(EPROTOTYPE) },
	{ 0x5c, NAME(ENOPROTOOPT) },
	{ 0x5d, NAME(EPROTONOSUPPORT) },
	{ 0x5e, NAME(ESOCKTNOSUPPORT) },
	{ 0x5f, NAME(EOPNOTSUPP) },
	{ 0x60, NAME(EPFNOSUPPORT) },
	{ 0x61, NAME(EAFNOSUPPORT) },
	{ 0x62, NAME(EADDRINUSE) },
	{ 0x63, NAME(EADDRNOTAVAIL) },
	{ 0x64, NAME(ENETDOWN) },
	{ 0x65, NAME(ENETUNREACH) },
	{ 0x66, NAME(ENETRESET) },
	{ 0x67, NAME(ECONNABORTED) },
	{ 0x68, NAME(ECONNRESET) },
	{ 0x69, NAME(ENOBUFS) },
	{ 0x6a, NAME(EISCONN) },
	{ 0x6b, NAME(ENOTCONN) },
	{ 0x6c, NAME(ESHUTDOWN) },
	{ 0x6d, NAME(ETOOMANYREFS) },
	{ 0x6e, NAME(ETIMEDOUT) },
	{ 0x6f, NAME(ECONNREFUSED) },
	{ 0x70, NAME(EHOSTDOWN) },
	{ 0x71, NAME(EHOSTUNREACH) },
	{ 0x72, NAME(EALREADY) },
	{ 0x73, NAME(EINPROGRESS) },
	{ 0x74, NAME(ESTALE) },
	{ 0x75, NAME(EUCLEAN) },
	{ 0x76, NAME(ENOTNAM) },
	{ 0x77, NAME(ENAVAIL) },
	{ 0x78, NAME(EISNAM) },
	{ 0x79, NAME(EREMOTEIO) },
	{ 0x7a, NAME(EDQUOT) },
	{ 0x7b, NAME(ENOMEDIUM) },
	{ 0x7c, NAME(EMEDIUMTYPE) },
	{ 0x7d, NAME(ECANCELED) },
	{ 0x7e, NAME(ENOKEY) },
	{ 0x7f, NAME(EKEYEXPIRED) },
	{ 0x80, NAME(EKEYREVOKED) },
	{ 0x81, NAME(EKEYREJECTED) },
	{ 0x82, NAME(EOWNERDEAD) },
	{ 0x83, NAME(ENOTRECOVERABLE) },
	{ 0x84, NAME(ERFKILL) },
	{ 0x85, NAME(EHWPOISON) },
	{ 0x86, NAME(EFTYPE) },
	{ 0x200, NAME(ERESTARTSYS) },
	{ 0x201, NAME(ERESTARTNOINTR) },
	{ 0x202, NAME(ERESTARTNOHAND) },
	{ 0x204, NAME(ERESTART_RESTARTBLOCK) },
};
static const struct symbol ones_family[] = {
	{ 0x0, NAME(unspec) },
	{ 0x1, NAME(unix) },
	{ 0x2, NAME(inet) },
	{ 0x3, NAME(ax25) },
	{ 0x4, NAME(ipx) },
	{ 0x5, NAME(appletalk) },
	{ 0x6, NAME(netrom) },
	{ 0x7, NAME(bridge) },
	{ 0x8, NAME(atmpvc) },
	{ 0x9, NAME(x25) },
	{ 0xa, NAME(inet6) },
	{ 0xb, NAME(rose) },
	{ 0xc, NAME(decnet) },
	{ 0xd, NAME(netbeui) },
	{ 0xe, NAME(security) },
	{ 0xf, NAME(key) },
	{ 0x10, NAME(netlink) },
	{ 0x11, NAME(packet) },
	{ 0x12, NAME(ash) },
	{ 0x13, NAME(econet) },
	{ 0x14, NAME(atmsvc) },
	{ 0x15, NAME(rds) },
	{ 0x16, NAME(sna) },
	{ 0x17, NAME(irda) },
	{ 0x18, NAME(pppox) },
	{ 0x19, NAME(wanpipe) },
	{ 0x1a, NAME(llc) },
	{ 0x1b, NAME(ib) },
	{ 0x1c, NAME(mpls) },
	{ 0x1d, NAME(can) },
	{ 0x1e, NAME(tipc) },
	{ 0x1f, NAME(bluetooth) },
	{ 0x20, NAME(iucv) },
	{ 0x21, NAME(rxrpc) },
	{ 0x22, NAME(isdn) },
	{ 0x23, NAME(phonet) },
	{ 0x24, NAME(ieee802154) },
	{ 0x25, NAME(caif) },
	{ 0x26, NAME(alg) },
	{ 0x27, NAME(nfc) },
	{ 0x28, NAME(vsock) },
	{ 0x29, NAME(kcm) },
	{ 0x2a, NAME(qipcrtr) },
	{ 0x2b, NAME(smc) },
	{ 0x2c, NAME(xdp) },
	{ 0x2d, NAME(mctp) },
};
static const struct symbol ones_fan_response[] = {
	{ 0x1, NAME(allow) },
	{ 0x2, NAME(deny) },
};
static const struct symbol ones_fcntl_cmd[] = {
	{ 0x0, NAME(F_DUPFD) },
	{ 0x1, NAME(F_GETFD) },
	{ 0x2, NAME(F_SETFD) },
	{ 0x3, NAME(F_GETFL) },
	{ 0x4, NAME(F_SETFL) },
	{ 0x5, NAME(F_GETLK) },
	{ 0x6, NAME(F_SETLK) },
	{ 0x7, NAME(F_SETLKW) },
	{ 0x8, NAME(F_SETOWN) },
	{ 0x9, NAME(F_GETOWN) },
	{ 0xa, NAME(F_SETSIG) },
	{ 0xb, NAME(F_GETSIG) },
	{ 0xf, NAME(F_SETOWN_EX) },
	{ 0x10, NAME(F_GETOWN_EX) },
	{ 0x11, NAME(F_GETOWNER_UIDS) },
	{ 0x24, NAME(F_OFD_GETLK) },
	{ 0x25, NAME(F_OFD_SETLK) },
	{ 0x26, NAME(F_OFD_SETLKW) },
	{ 0x400, NAME(F_SETLEASE) },
	{ 0x401, NAME(F_GETLEASE) },
	{ 0x402, NAME(F_NOTIFY) },
	{ 0x403, NAME(F_DUPFD_QUERY) },
	{ 0x404, NAME(F_CREATED_QUERY) },
	{ 0x405, NAME(F_CANCELLK) },
	{ 0x406, NAME(F_DUPFD_CLOEXEC) },
	{ 0x407, NAME(F_SETPIPE_SZ) },
	{ 0x408, NAME(F_GETPIPE_SZ) },
	{ 0x409, NAME(F_ADD_SEALS) },
	{ 0x40a, NAME(F_GET_SEALS) },
	{ 0x40b, NAME(F_GET_RW_HINT) },
	{ 0x40c, NAME(F_SET_RW_HINT) },
	{ 0x40d, NAME(F_GET_FILE_RW_HINT) },
	{ 0x40e, NAME(F_SET_FILE_RW_HINT) },
	{ 0x40f, NAME(F_GETDELEG) },
	{ 0x410, NAME(F_SETDELEG) },
};
static const struct symbol ones_filter_list[] = {
	{ 0x0, NAME(user) },
	{ 0x1, NAME(task) },
	{ 0x4, NAME(exit) },
	{ 0x5, NAME(exclude) },
	{ 0x6, NAME(filesystem) },
	{ 0x7, NAME(uring_exit) },
};
static const struct symbol ones_keyctl_op[] = {
	{ 0x0, NAME(KEYCTL_GET_KEYRING_ID) },
	{ 0x1, NAME(KEYCTL_JOIN_SESSION_KEYRING) },
	{ 0x2, NAME(KEYCTL_UPDATE) },
	{ 0x3, NAME(KEYCTL_REVOKE) },
	{ 0x4, NAME(KEYCTL_CHOWN) },
	{ 0x5, NAME(KEYCTL_SETPERM) },
	{ 0x6, NAME(KEYCTL_DESCRIBE) },
	{ 0x7, NAME(KEYCTL_CLEAR) },
	{ 0x8, NAME(KEYCTL_LINK) },
	{ 0x9, NAME(KEYCTL_UNLINK) },
	{ 0xa, NAME(KEYCTL_SEARCH) },
	{ 0xb, NAME(KEYCTL_READ) },
	{ 0xc, NAME(KEYCTL_INSTANTIATE) },
	{ 0xd, NAME(KEYCTL_NEGATE) },
	{ 0xe, NAME(KEYCTL_SET_REQKEY_KEYRING) },
	{ 0xf, NAME(KEYCTL_SET_TIMEOUT) },
	{ 0x10, NAME(KEYCTL_ASSUME_AUTHORITY) },
	{ 0x11, NAME(KEYCTL_GET_SECURITY) },
	{ 0x12, NAME(KEYCTL_SESSION_TO_PARENT) },
	{ 0x13, NAME(KEYCTL_REJECT) },
	{ 0x14, NAME(KEYCTL_INSTANTIATE_IOV) },
	{ 0x15, NAME(KEYCTL_INVALIDATE) },
	{ 0x16, NAME(KEYCTL_GET_PERSISTENT) },
	{ 0x17, NAME(KEYCTL_DH_COMPUTE) },
	{ 0x18, NAME(KEYCTL_PKEY_QUERY) },
	{ 0x19, NAME(KEYCTL_PKEY_ENCRYPT) },
	{ 0x1a, NAME(KEYCTL_PKEY_DECRYPT) },
	{ 0x1b, NAME(KEYCTL_PKEY_SIGN) },
	{ 0x1c, NAME(KEYCTL_PKEY_VERIFY) },
	{ 0x1d, NAME(KEYCTL_RESTRICT_KEYRING) },
	{ 0x1e, NAME(KEYCTL_MOVE) },
	{ 0x1f, NAME(KEYCTL_CAPABILITIES) },
	{ 0x20, NAME(KEYCTL_WATCH_KEY) },
};
static const struct symbol ones_mmap_flags[] = {
	{ 0x1, NAME(MAP_SHARED) },
	{ 0x2, NAME(MAP_PRIVATE) },
	{ 0x3, NAME(MAP_SHARED_VALIDATE) },
	{ 0x8, NAME(MAP_DROPPABLE) },
};
static const struct symbol bits_mmap_flags[] = {
	{ 0x10, NAME(MAP_FIXED) },
	{ 0x20, NAME(MAP_ANONYMOUS) },
	{ 0x40, NAME(MAP_32BIT) },
	{ 0x80, NAME(MAP_ABOVE4G) },
	{ 0x100, NAME(MAP_GROWSDOWN) },
	{ 0x800, NAME(MAP_DENYWRITE) },
	{ 0x1000, NAME(MAP_EXECUTABLE) },
	{ 0x2000, NAME(MAP_LOCKED) },
	{ 0x4000, NAME(MAP_NORESERVE) },
	{ 0x8000, NAME(MAP_POPULATE) },
	{ 0x10000, NAME(MAP_NONBLOCK) },
	{ 0x20000, NAME(MAP_STACK) },
	{ 0x40000, NAME(MAP_HUGETLB) },
	{ 0x80000, NAME(MAP_SYNC) },
	{ 0x100000, NAME(MAP_FIXED_NOREPLACE) },
};
static const struct symbol bits_mount_flags[] = {
	{ 0x1, NAME(MS_RDONLY) },
	{ 0x2, NAME(MS_NOSUID) },
	{ 0x4, NAME(MS_NODEV) },
	{ 0x8, NAME(MS_NOEXEC) },
	{ 0x10, NAME(MS_SYNCHRONOUS) },
	{ 0x20, NAME(MS_REMOUNT) },
	{ 0x40, NAME(MS_MANDLOCK) },
	{ 0x80, NAME(MS_DIRSYNC) },
	{ 0x100, NAME(MS_NOSYMFOLLOW) },
	{ 0x400, NAME(MS_NOATIME) },
	{ 0x800, NAME(MS_NODIRATIME) },
	{ 0x1000, NAME(MS_BIND) },
	{ 0x2000, NAME(MS_MOVE) },
	{ 0x4000, NAME(MS_REC) },
	{ 0x8000, NAME(MS_SILENT) },
	{ 0x10000, NAME(MS_POSIXACL) },
	{ 0x20000, NAME(MS_UNBINDABLE) },
	{ 0x40000, NAME(MS_PRIVATE) },
	{ 0x80000, NAME(MS_SLAVE) },
	{ 0x100000, NAME(MS_SHARED) },
	{ 0x200000, NAME(MS_RELATIME) },
	{ 0x400000, NAME(MS_KERNMOUNT) },
	{ 0x800000, NAME(MS_I_VERSION) },
	{ 0x1000000, NAME(MS_STRICTATIME) },
	{ 0x2000000, NAME(MS_LAZYTIME) },
	{ 0x4000000, NAME(MS_SUBMOUNT) },
	{ 0x8000000, NAME(MS_NOREMOTELOCK) },
	{ 0x10000000, NAME(MS_NOSEC) },
	{ 0x20000000, NAME(MS_BORN) },
	{ 0x40000000, NAME(MS_ACTIVE) },
	{ 0x80000000, NAME(MS_NOUSER) },
};
static const struct symbol ones_multicast_group[] = {
	{ 0x0, NAME(none) },
	{ 0x1, NAME(readlog) },
};
static const struct symbol ones_nfproto[] = {
	{ 0x0, NAME(unspec) },
	{ 0x1, NAME(inet) },
	{ 0x2, NAME(ipv4) },
	{ 0x3, NAME(arp) },
	{ 0x5, NAME(netdev) },
	{ 0x7, NAME(bridge) },
	{ 0xa, NAME(ipv6) },
};
static const struct symbol ones_open_flags_aarch64[] = {
	{ 0x0, NAME(O_RDONLY) },
	{ 0x1, NAME(O_WRONLY) },
	{ 0x2, NAME(O_RDWR) },
};
static const struct symbol bits_open_flags_aarch64[] = {
	{ 0x101000, NAME(O_SYNC) },
	{ 0x404000, NAME(O_TMPFILE) },
	{ 0x40, NAME(O_CREAT) },
	{ 0x80, NAME(O_EXCL) },
	{ 0x100, NAME(O_NOCTTY) },
	{ 0x200, NAME(O_TRUNC) },
	{ 0x400, NAME(O_APPEND) },
	{ 0x800, NAME(O_NONBLOCK) },
	{ 0x1000, NAME(O_DSYNC) },
	{ 0x4000, NAME(O_DIRECTORY) },
	{ 0x8000, NAME(O_NOFOLLOW) },
	{ 0x10000, NAME(O_DIRECT) },
	{ 0x20000, NAME(O_LARGEFILE) },
	{ 0x40000, NAME(O_NOATIME) },
	{ 0x80000, NAME(O_CLOEXEC) },
	{ 0x200000, NAME(O_PATH) },
	{ 0x4000000, NAME(O_EMPTYPATH) },
};
static const struct symbol ones_open_flags_ppc64le[] = {
	{ 0x0, NAME(O_RDONLY) },
	{ 0x1, NAME(O_WRONLY) },
	{ 0x2, NAME(O_RDWR) },
};
static const struct symbol bits_open_flags_ppc64le[] = {
	{ 0x101000, NAME(O_SYNC) },
	{ 0x404000, NAME(O_TMPFILE) },
	{ 0x40, NAME(O_CREAT) },
	{ 0x80, NAME(O_EXCL) },
	{ 0x100, NAME(O_NOCTTY) },
	{ 0x200, NAME(O_TRUNC) },
	{ 0x400, NAME(O_APPEND) },
	{ 0x800, NAME(O_NONBLOCK) },
	{ 0x1000, NAME(O_DSYNC) },
	{ 0x4000, NAME(O_DIRECTORY) },
	{ 0x8000, NAME(O_NOFOLLOW) },
	{ 0x10000, NAME(O_LARGEFILE) },
	{ 0x20000, NAME(O_DIRECT) },
	{ 0x40000, NAME(O_NOATIME) },
	{ 0x80000, NAME(O_CLOEXEC) },
	{ 0x200000, NAME(O_PATH) },
	{ 0x4000000, NAME(O_EMPTYPATH) },
};
static const struct symbol ones_open_flags_riscv64[] = {
	{ 0x0, NAME(O_RDONLY) },
	{ 0x1, NAME(O_WRONLY) },
	{ 0x2, NAME(O_RDWR) },
};
static const struct symbol bits_open_flags_riscv64[] = {
	{ 0x101000, NAME(O_SYNC) },
	{ 0x410000, NAME(O_TMPFILE) },
	{ 0x40, NAME(O_CREAT) },
	{ 0x80, NAME(O_EXCL) },
	{ 0x100, NAME(O_NOCTTY) },
	{ 0x200, NAME(O_TRUNC) },
	{ 0x400, NAME(O_APPEND) },
	{ 0x800, NAME(O_NONBLOCK) },
	{ 0x1000, NAME(O_DSYNC) },
	{ 0x4000, NAME(O_DIRECT) },
	{ 0x8000, NAME(O_LARGEFILE) },
	{ 0x10000, NAME(O_DIRECTORY) },
	{ 0x20000, NAME(O_NOFOLLOW) },
	{ 0x40000, NAME(O_NOATIME) },
	{ 0x80000, NAME(O_CLOEXEC) },
	{ 0x200000, NAME(O_PATH) },
	{ 0x4000000, NAME(O_EMPTYPATH) },
};
static const struct symbol ones_personality[] = {
	{ 0x0, NAME(PER_LINUX) },
	{ 0x1, NAME(PER_SVR4) },
	{ 0x2, NAME(PER_SVR3) },
	{ 0x3, NAME(PER_OSR5) },
	{ 0x4, NAME(PER_WYSEV386) },
	{ 0x5, NAME(PER_ISCR4) },
	{ 0x6, NAME(PER_BSD) },
	{ 0x7, NAME(PER_XENIX) },
	{ 0x8, NAME(PER_LINUX32) },
	{ 0x9, NAME(PER_IRIX32) },
	{ 0xa, NAME(PER_IRIXN32) },
	{ 0xb, NAME(PER_IRIX64) },
	{ 0xc, NAME(PER_RISCOS) },
	{ 0xd, NAME(PER_SOLARIS) },
	{ 0xe, NAME(PER_UW7) },
	{ 0xf, NAME(PER_OSF4) },
};
static const struct symbol bits_personality[] = {
	{ 0x20000, NAME(UNAME26) },
	{ 0x40000, NAME(ADDR_NO_RANDOMIZE) },
	{ 0x80000, NAME(FDPIC_FUNCPTRS) },
	{ 0x100000, NAME(MMAP_PAGE_ZERO) },
	{ 0x200000, NAME(ADDR_COMPAT_LAYOUT) },
	{ 0x400000, NAME(READ_IMPLIES_EXEC) },
	{ 0x800000, NAME(ADDR_LIMIT_32BIT) },
	{ 0x1000000, NAME(SHORT_INODE) },
	{ 0x2000000, NAME(WHOLE_SECONDS) },
	{ 0x4000000, NAME(STICKY_TIMEOUTS) },
	{ 0x8000000, NAME(ADDR_LIMIT_3GB) },
};
static const struct symbol ones_prctl_op[] = {
	{ 0x1, NAME(PR_SET_PDEATHSIG) },
	{ 0x2, NAME(PR_GET_PDEATHSIG) },
	{ 0x3, NAME(PR_GET_DUMPABLE) },
	{ 0x4, NAME(PR_SET_DUMPABLE) },
	{ 0x5, NAME(PR_GET_UNALIGN) },
	{ 0x6, NAME(PR_SET_UNALIGN) },
	{ 0x7, NAME(PR_GET_KEEPCAPS) },
	{ 0x8, NAME(PR_SET_KEEPCAPS) },
	{ 0x9, NAME(PR_GET_FPEMU) },
	{ 0xa, NAME(PR_SET_FPEMU) },
	{ 0xb, NAME(PR_GET_FPEXC) },
	{ 0xc, NAME(PR_SET_FPEXC) },
	{ 0xd, NAME(PR_GET_TIMING) },
	{ 0xe, NAME(PR_SET_TIMING) },
	{ 0xf, NAME(PR_SET_NAME) },
	{ 0x10, NAME(PR_GET_NAME) },
	{ 0x13, NAME(PR_GET_ENDIAN) },
	{ 0x14, NAME(PR_SET_ENDIAN) },
	{ 0x15, NAME(PR_GET_SECCOMP) },
	{ 0x16, NAME(PR_SET_SECCOMP) },
	{ 0x17, NAME(PR_CAPBSET_READ) },
	{ 0x18, NAME(PR_CAPBSET_DROP) },
	{ 0x19, NAME(PR_GET_TSC) },
	{ 0x1a, NAME(PR_SET_TSC) },
	{ 0x1b, NAME(PR_GET_SECUREBITS) },
	{ 0x1c, NAME(PR_SET_SECUREBITS) },
	{ 0x1d, NAME(PR_SET_TIMERSLACK) },
	{ 0x1e, NAME(PR_GET_TIMERSLACK) },
	{ 0x1f, NAME(PR_TASK_PERF_EVENTS_DISABLE) },
	{ 0x20, NAME(PR_TASK_PERF_EVENTS_ENABLE) },
	{ 0x21, NAME(PR_MCE_KILL) },
	{ 0x23, NAME(PR_SET_MM) },
	{ 0x24, NAME(PR_SET_CHILD_SUBREAPER) },
	{ 0x25, NAME(PR_GET_CHILD_SUBREAPER) },
	{ 0x26, NAME(PR_SET_NO_NEW_PRIVS) },
	{ 0x27, NAME(PR_GET_NO_NEW_PRIVS) },
	{ 0x28, NAME(PR_GET_TID_ADDRESS) },
	{ 0x29, NAME(PR_SET_THP_DISABLE) },
	{ 0x2a, NAME(PR_GET_THP_DISABLE) },
	{ 0x2b, NAME(PR_MPX_ENABLE_MANAGEMENT) },
	{ 0x2c, NAME(PR_MPX_DISABLE_MANAGEMENT) },
	{ 0x2d, NAME(PR_SET_FP_MODE) },
	{ 0x2e, NAME(PR_GET_FP_MODE) },
	{ 0x2f, NAME(PR_CAP_AMBIENT) },
	{ 0x32, NAME(PR_SVE_SET_VL) },
	{ 0x33, NAME(PR_SVE_GET_VL) },
	{ 0x34, NAME(PR_GET_SPECULATION_CTRL) },
	{ 0x35, NAME(PR_SET_SPECULATION_CTRL) },
	{ 0x36, NAME(PR_PAC_RESET_KEYS) },
	{ 0x37, NAME(PR_SET_TAGGED_ADDR_CTRL) },
	{ 0x38, NAME(PR_GET_TAGGED_ADDR_CTRL) },
	{ 0x39, NAME(PR_SET_IO_FLUSHER) },
	{ 0x3a, NAME(PR_GET_IO_FLUSHER) },
	{ 0x3b, NAME(PR_SET_SYSCALL_USER_DISPATCH) },
	{ 0x3c, NAME(PR_PAC_SET_ENABLED_KEYS) },
	{ 0x3d, NAME(PR_PAC_GET_ENABLED_KEYS) },
	{ 0x3e, NAME(PR_SCHED_CORE) },
	{ 0x3f, NAME(PR_SME_SET_VL) },
	{ 0x40, NAME(PR_SME_GET_VL) },
	{ 0x41, NAME(PR_SET_MDWE) },
	{ 0x42, NAME(PR_GET_MDWE) },
	{ 0x43, NAME(PR_SET_MEMORY_MERGE) },
	{ 0x44, NAME(PR_GET_MEMORY_MERGE) },
	{ 0x45, NAME(PR_RISCV_V_SET_CONTROL) },
	{ 0x46, NAME(PR_RISCV_V_GET_CONTROL) },
	{ 0x47, NAME(PR_RISCV_SET_ICACHE_FLUSH_CTX) },
	{ 0x48, NAME(PR_PPC_GET_DEXCR) },
	{ 0x49, NAME(PR_PPC_SET_DEXCR) },
	{ 0x4a, NAME(PR_GET_SHADOW_STACK_STATUS) },
	{ 0x4b, NAME(PR_SET_SHADOW_STACK_STATUS) },
	{ 0x4c, NAME(PR_LOCK_SHADOW_STACK_STATUS) },
	{ 0x4d, NAME(PR_TIMER_CREATE_RESTORE_IDS) },
	{ 0x4e, NAME(PR_FUTEX_HASH) },
	{ 0x4f, NAME(PR_RSEQ_SLICE_EXTENSION) },
	{ 0x50, NAME(PR_GET_CFI) },
	{ 0x51, NAME(PR_SET_CFI) },
	{ 0x41555856, NAME(PR_GET_AUXV) },
	{ 0x53564d41, NAME(PR_SET_VMA) },
	{ 0x59616d61, NAME(PR_SET_PTRACER) },
};
static const struct symbol ones_prot[] = {
	{ 0x0, NAME(PROT_NONE) },
};
static const struct symbol bits_prot[] = {
	{ 0x1, NAME(PROT_READ) },
	{ 0x2, NAME(PROT_WRITE) },
	{ 0x4, NAME(PROT_EXEC) },
	{ 0x8, NAME(PROT_SEM) },
	{ 0x1000000, NAME(PROT_GROWSDOWN) },
	{ 0x2000000, NAME(PROT_GROWSUP) },
};
static const struct symbol ones_protocol[] = {
	{ 0x0, NAME(ip) },
	{ 0x1, NAME(icmp) },
	{ 0x2, NAME(igmp) },
	{ 0x4, NAME(ipip) },
	{ 0x6, NAME(tcp) },
	{ 0x8, NAME(egp) },
	{ 0xc, NAME(pup) },
	{ 0x11, NAME(udp) },
	{ 0x16, NAME(idp) },
	{ 0x1d, NAME(tp) },
	{ 0x21, NAME(dccp) },
	{ 0x29, NAME(ipv6) },
	{ 0x2e, NAME(rsvp) },
	{ 0x2f, NAME(gre) },
	{ 0x32, NAME(esp) },
	{ 0x33, NAME(ah) },
	{ 0x5c, NAME(mtp) },
	{ 0x5e, NAME(beetph) },
	{ 0x62, NAME(encap) },
	{ 0x67, NAME(pim) },
	{ 0x6c, NAME(comp) },
	{ 0x73, NAME(l2tp) },
	{ 0x84, NAME(sctp) },
	{ 0x88, NAME(udplite) },
	{ 0x89, NAME(mpls) },
	{ 0x8f, NAME(ethernet) },
	{ 0x90, NAME(aggfrag) },
	{ 0xff, NAME(raw) },
	{ 0x100, NAME(smc) },
	{ 0x106, NAME(mptcp) },
};
static const struct symbol ones_ptrace_op[] = {
	{ 0x0, NAME(PTRACE_TRACEME) },
	{ 0x1, NAME(PTRACE_PEEKTEXT) },
	{ 0x2, NAME(PTRACE_PEEKDATA) },
	{ 0x3, NAME(PTRACE_PEEKUSR) },
	{ 0x4, NAME(PTRACE_POKETEXT) },
	{ 0x5, NAME(PTRACE_POKEDATA) },
	{ 0x6, NAME(PTRACE_POKEUSR) },
	{ 0x7, NAME(PTRACE_CONT) },
	{ 0x8, NAME(PTRACE_KILL) },
	{ 0x9, NAME(PTRACE_SINGLESTEP) },
	{ 0xc, NAME(PTRACE_GETREGS) },
	{ 0xd, NAME(PTRACE_SETREGS) },
	{ 0xe, NAME(PTRACE_GETFPREGS) },
	{ 0xf, NAME(PTRACE_SETFPREGS) },
	{ 0x10, NAME(PTRACE_ATTACH) },
	{ 0x11, NAME(PTRACE_DETACH) },
	{ 0x12, NAME(PTRACE_GETFPXREGS) },
	{ 0x13, NAME(PTRACE_SETFPXREGS) },
	{ 0x15, NAME(PTRACE_OLDSETOPTIONS) },
	{ 0x18, NAME(PTRACE_SYSCALL) },
	{ 0x19, NAME(PTRACE_GET_THREAD_AREA) },
	{ 0x1a, NAME(PTRACE_SET_THREAD_AREA) },
	{ 0x1e, NAME(PTRACE_ARCH_PRCTL) },
	{ 0x1f, NAME(PTRACE_SYSEMU) },
	{ 0x20, NAME(PTRACE_SYSEMU_SINGLESTEP) },
	{ 0x21, NAME(PTRACE_SINGLEBLOCK) },
	{ 0x4200, NAME(PTRACE_SETOPTIONS) },
	{ 0x4201, NAME(PTRACE_GETEVENTMSG) },
	{ 0x4202, NAME(PTRACE_GETSIGINFO) },
	{ 0x4203, NAME(PTRACE_SETSIGINFO) },
	{ 0x4204, NAME(PTRACE_GETREGSET) },
	{ 0x4205, NAME(PTRACE_SETREGSET) },
	{ 0x4206, NAME(PTRACE_SEIZE) },
	{ 0x4207, NAME(PTRACE_INTERRUPT) },
	{ 0x4208, NAME(PTRACE_LISTEN) },
	{ 0x4209, NAME(PTRACE_PEEKSIGINFO) },
	{ 0x420a, NAME(PTRACE_GETSIGMASK) },
	{ 0x420b, NAME(PTRACE_SETSIGMASK) },
	{ 0x420c, NAME(PTRACE_SECCOMP_GET_FILTER) },
	{ 0x420d, NAME(PTRACE_SECCOMP_GET_METADATA) },
	{ 0x420e, NAME(PTRACE_GET_SYSCALL_INFO) },
	{ 0x420f, NAME(PTRACE_GET_RSEQ_CONFIGURATION) },
	{ 0x4210, NAME(PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG) },
	{ 0x4211, NAME(PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG) },
	{ 0x4212, NAME(PTRACE_SET_SYSCALL_INFO) },
};
static const struct symbol bits_resolve[] = {
	{ 0x1, NAME(RESOLVE_NO_XDEV) },
	{ 0x2, NAME(RESOLVE_NO_MAGICLINKS) },
	{ 0x4, NAME(RESOLVE_NO_SYMLINKS) },
	{ 0x8, NAME(RESOLVE_BENEATH) },
	{ 0x10, NAME(RESOLVE_IN_ROOT) },
	{ 0x20, NAME(RESOLVE_CACHED) },
};
static const struct symbol ones_rlimit[] = {
	{ 0x0, NAME(RLIMIT_CPU) },
	{ 0x1, NAME(RLIMIT_FSIZE) },
	{ 0x2, NAME(RLIMIT_DATA) },
	{ 0x3, NAME(RLIMIT_STACK) },
	{ 0x4, NAME(RLIMIT_CORE) },
	{ 0x5, NAME(RLIMIT_RSS) },
	{ 0x6, NAME(RLIMIT_NPROC) },
	{ 0x7, NAME(RLIMIT_NOFILE) },
	{ 0x8, NAME(RLIMIT_MEMLOCK) },
	{ 0x9, NAME(RLIMIT_AS) },
	{ 0xa, NAME(RLIMIT_LOCKS) },
	{ 0xb, NAME(RLIMIT_SIGPENDING) },
	{ 0xc, NAME(RLIMIT_MSGQUEUE) },
	{ 0xd, NAME(RLIMIT_NICE) },
	{ 0xe, NAME(RLIMIT_RTPRIO) },
	{ 0xf, NAME(RLIMIT_RTTIME) },
};
static const struct symbol ones_seccomp_code[] = {
	{ 0x0, NAME(kill_thread) },
	{ 0x30000, NAME(trap) },
	{ 0x50000, NAME(errno) },
	{ 0x7fc00000, NAME(user_notif) },
	{ 0x7ff00000, NAME(trace) },
	{ 0x7ffc0000, NAME(log) },
	{ 0x7fff0000, NAME(allow) },
	{ 0x80000000, NAME(kill_process) },
};
static const struct symbol ones_seccomp_op[] = {
	{ 0x0, NAME(SECCOMP_SET_MODE_STRICT) },
	{ 0x1, NAME(SECCOMP_SET_MODE_FILTER) },
	{ 0x2, NAME(SECCOMP_GET_ACTION_AVAIL) },
	{ 0x3, NAME(SECCOMP_GET_NOTIF_SIZES) },
};
static const struct symbol bits_shm_flags[] = {
	{ 0x200, NAME(IPC_CREAT) },
	{ 0x400, NAME(IPC_EXCL) },
	{ 0x800, NAME(SHM_HUGETLB) },
	{ 0x1000, NAME(SHM_NORESERVE) },
};
static const struct symbol ones_signal[] = {
	{ 0x1, NAME(SIGHUP) },
	{ 0x2, NAME(SIGINT) },
	{ 0x3, NAME(SIGQUIT) },
	{ 0x4, NAME(SIGILL) },
	{ 0x5, NAME(SIGTRAP) },
	{ 0x6, NAME(SIGABRT) },
	{ 0x7, NAME(SIGBUS) },
	{ 0x8, NAME(SIGFPE) },
	{ 0x9, NAME(SIGKILL) },
	{ 0xa, NAME(SIGUSR1) },
	{ 0xb, NAME(SIGSEGV) },
	{ 0xc, NAME(SIGUSR2) },
	{ 0xd, NAME(SIGPIPE) },
	{ 0xe, NAME(SIGALRM) },
	{ 0xf, NAME(SIGTERM) },
	{ 0x10, NAME(SIGSTKFLT) },
	{ 0x11, NAME(SIGCHLD) },
	{ 0x12, NAME(SIGCONT) },
	{ 0x13, NAME(SIGSTOP) },
	{ 0x14, NAME(SIGTSTP) },
	{ 0x15, NAME(SIGTTIN) },
	{ 0x16, NAME(SIGTTOU) },
	{ 0x17, NAME(SIGURG) },
	{ 0x18, NAME(SIGXCPU) },
	{ 0x19, NAME(SIGXFSZ) },
	{ 0x1a, NAME(SIGVTALRM) },
	{ 0x1b, NAME(SIGPROF) },
	{ 0x1c, NAME(SIGWINCH) },
	{ 0x1d, NAME(SIGIO) },
	{ 0x1e, NAME(SIGPWR) },
	{ 0x1f, NAME(SIGSYS) },
};
static const struct symbol ones_socket_type[] = {
	{ 0x1, NAME(SOCK_STREAM) },
	{ 0x2, NAME(SOCK_DGRAM) },
	{ 0x3, NAME(SOCK_RAW) },
	{ 0x4, NAME(SOCK_RDM) },
	{ 0x5, NAME(SOCK_SEQPACKET) },
	{ 0x6, NAME(SOCK_DCCP) },
	{ 0xa, NAME(SOCK_PACKET) },
};
static const struct symbol bits_socket_type[] = {
	{ 0x800, NAME(SOCK_NONBLOCK) },
	{ 0x80000, NAME(SOCK_CLOEXEC) },
};
static const struct symbol ones_socketcall[] = {
	{ 0x1, NAME(socket) },
	{ 0x2, NAME(bind) },
	{ 0x3, NAME(connect) },
	{ 0x4, NAME(listen) },
	{ 0x5, NAME(accept) },
	{ 0x6, NAME(getsockname) },
	{ 0x7, NAME(getpeername) },
	{ 0x8, NAME(socketpair) },
	{ 0x9, NAME(send) },
	{ 0xa, NAME(recv) },
	{ 0xb, NAME(sendto) },
	{ 0xc, NAME(recvfrom) },
	{ 0xd, NAME(shutdown) },
	{ 0xe, NAME(setsockopt) },
	{ 0xf, NAME(getsockopt) },
	{ 0x10, NAME(sendmsg) },
	{ 0x11, NAME(recvmsg) },
	{ 0x12, NAME(accept4) },
	{ 0x13, NAME(recvmmsg) },
	{ 0x14, NAME(sendmmsg) },
};
static const struct symbol ones_sockopt_level[] = {
	{ 0x1, NAME(SOL_SOCKET) },
	{ 0xff, NAME(SOL_RAW) },
	{ 0x105, NAME(SOL_DECNET) },
	{ 0x106, NAME(SOL_X25) },
	{ 0x107, NAME(SOL_PACKET) },
	{ 0x108, NAME(SOL_ATM) },
	{ 0x109, NAME(SOL_AAL) },
	{ 0x10a, NAME(SOL_IRDA) },
	{ 0x10b, NAME(SOL_NETBEUI) },
	{ 0x10c, NAME(SOL_LLC) },
	{ 0x10d, NAME(SOL_DCCP) },
	{ 0x10e, NAME(SOL_NETLINK) },
	{ 0x10f, NAME(SOL_TIPC) },
	{ 0x110, NAME(SOL_RXRPC) },
	{ 0x111, NAME(SOL_PPPOL2TP) },
	{ 0x112, NAME(SOL_BLUETOOTH) },
	{ 0x113, NAME(SOL_PNPIPE) },
	{ 0x114, NAME(SOL_RDS) },
	{ 0x115, NAME(SOL_IUCV) },
	{ 0x116, NAME(SOL_CAIF) },
	{ 0x117, NAME(SOL_ALG) },
	{ 0x118, NAME(SOL_NFC) },
	{ 0x119, NAME(SOL_KCM) },
	{ 0x11a, NAME(SOL_TLS) },
	{ 0x11b, NAME(SOL_XDP) },
	{ 0x11c, NAME(SOL_MPTCP) },
	{ 0x11d, NAME(SOL_MCTP) },
	{ 0x11e, NAME(SOL_SMC) },
	{ 0x11f, NAME(SOL_VSOCK) },
};
static const struct symbol bits_umount_flags[] = {
	{ 0x1, NAME(MNT_FORCE) },
	{ 0x2, NAME(MNT_DETACH) },
	{ 0x4, NAME(MNT_EXPIRE) },
	{ 0x8, NAME(UMOUNT_NOFOLLOW) },
};
static const struct symbol ones_uring_op[] = {
	{ 0x0, NAME(nop) },
	{ 0x1, NAME(readv) },
	{ 0x2, NAME(writev) },
	{ 0x3, NAME(fsync) },
	{ 0x4, NAME(read_fixed) },
	{ 0x5, NAME(write_fixed) },
	{ 0x6, NAME(poll_add) },
	{ 0x7, NAME(poll_remove) },
	{ 0x8, NAME(sync_file_range) },
	{ 0x9, NAME(sendmsg) },
	{ 0xa, NAME(recvmsg) },
	{ 0xb, NAME(timeout) },
	{ 0xc, NAME(timeout_remove) },
	{ 0xd, NAME(accept) },
	{ 0xe, NAME(async_cancel) },
	{ 0xf, NAME(link_timeout) },
	{ 0x10, NAME(connect) },
	{ 0x11, NAME(fallocate) },
	{ 0x12, NAME(openat) },
	{ 0x13, NAME(close) },
	{ 0x14, NAME(files_update) },
	{ 0x15, NAME(statx) },
	{ 0x16, NAME(read) },
	{ 0x17, NAME(write) },
	{ 0x18, NAME(fadvise) },
	{ 0x19, NAME(madvise) },
	{ 0x1a, NAME(send) },
	{ 0x1b, NAME(recv) },
	{ 0x1c, NAME(openat2) },
	{ 0x1d, NAME(epoll_ctl) },
	{ 0x1e, NAME(splice) },
	{ 0x1f, NAME(provide_buffers) },
	{ 0x20, NAME(remove_buffers) },
	{ 0x21, NAME(tee) },
	{ 0x22, NAME(shutdown) },
	{ 0x23, NAME(renameat) },
	{ 0x24, NAME(unlinkat) },
	{ 0x25, NAME(mkdirat) },
	{ 0x26, NAME(symlinkat) },
	{ 0x27, NAME(linkat) },
	{ 0x28, NAME(msg_ring) },
	{ 0x29, NAME(fsetxattr) },
	{ 0x2a, NAME(setxattr) },
	{ 0x2b, NAME(fgetxattr) },
	{ 0x2c, NAME(getxattr) },
	{ 0x2d, NAME(socket) },
	{ 0x2e, NAME(uring_cmd) },
	{ 0x2f, NAME(send_zc) },
	{ 0x30, NAME(sendmsg_zc) },
	{ 0x31, NAME(read_multishot) },
	{ 0x32, NAME(waitid) },
	{ 0x33, NAME(futex_wait) },
	{ 0x34, NAME(futex_wake) },
	{ 0x35, NAME(futex_waitv) },
	{ 0x36, NAME(fixed_fd_install) },
	{ 0x37, NAME(ftruncate) },
	{ 0x38, NAME(bind) },
	{ 0x39, NAME(listen) },
	{ 0x3a, NAME(recv_zc) },
	{ 0x3b, NAME(epoll_wait) },
	{ 0x3c, NAME(readv_fixed) },
	{ 0x3d, NAME(writev_fixed) },
	{ 0x3e, NAME(pipe) },
	{ 0x3f, NAME(nop128) },
	{ 0x40, NAME(uring_cmd128) },
};
#define SYMBOLS(rows) rows, sizeof(rows) / sizeof((rows)[0])
/* A machine's own row comes before the one for all others. */
static const struct symbol_table {
	uint8_t class;
	uint32_t arch; /* 0: all that have no row */
	uint64_t mask; /* these bits are one number */
	const struct symbol *ones;
	size_t one_count;
	const struct symbol *bits;
	size_t bit_count;
} symbol_tables[] = {
	{ FIELD_ACCESS, 0x0, 0x0,
	  SYMBOLS(ones_access), SYMBOLS(bits_access) },
	{ FIELD_ARCH, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_arch), NULL, 0 },
	{ FIELD_AT_FLAGS, 0x0, 0x0,
	  NULL, 0, SYMBOLS(bits_at_flags) },
	{ FIELD_BPF_CMD, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_bpf_cmd), NULL, 0 },
	{ FIELD_CAPABILITY, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_capability), NULL, 0 },
	{ FIELD_CLOCK, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_clock), NULL, 0 },
	{ FIELD_CLONE_FLAGS, 0x0, 0xff,
	  SYMBOLS(ones_clone_flags), SYMBOLS(bits_clone_flags) },
	{ FIELD_EPOLL_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_epoll_op), NULL, 0 },
	{ FIELD_ERRNO, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_errno), NULL, 0 },
	{ FIELD_FAMILY, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_family), NULL, 0 },
	{ FIELD_FAN_RESPONSE, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_fan_response), NULL, 0 },
	{ FIELD_FCNTL_CMD, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_fcntl_cmd), NULL, 0 },
	{ FIELD_FILTER_LIST, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_filter_list), NULL, 0 },
	{ FIELD_KEYCTL_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_keyctl_op), NULL, 0 },
	{ FIELD_MMAP_FLAGS, 0x0, 0xf,
	  SYMBOLS(ones_mmap_flags), SYMBOLS(bits_mmap_flags) },
	{ FIELD_MOUNT_FLAGS, 0x0, 0x0,
	  NULL, 0, SYMBOLS(bits_mount_flags) },
	{ FIELD_MULTICAST_GROUP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_multicast_group), NULL, 0 },
	{ FIELD_NFPROTO, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_nfproto), NULL, 0 },
	{ FIELD_OPEN_FLAGS, 0xc00000b7, 0x3,
	  SYMBOLS(ones_open_flags_aarch64), SYMBOLS(bits_open_flags_aarch64) },
	{ FIELD_OPEN_FLAGS, 0x40000028, 0x3,
	  SYMBOLS(ones_open_flags_aarch64), SYMBOLS(bits_open_flags_aarch64) },
	{ FIELD_OPEN_FLAGS, 0xc0000015, 0x3,
	  SYMBOLS(ones_open_flags_ppc64le), SYMBOLS(bits_open_flags_ppc64le) },
	{ FIELD_OPEN_FLAGS, 0x14, 0x3,
	  SYMBOLS(ones_open_flags_ppc64le), SYMBOLS(bits_open_flags_ppc64le) },
	{ FIELD_OPEN_FLAGS, 0xc00000f3, 0x3,
	  SYMBOLS(ones_open_flags_riscv64), SYMBOLS(bits_open_flags_riscv64) },
	{ FIELD_OPEN_FLAGS, 0x80000016, 0x3,
	  SYMBOLS(ones_open_flags_riscv64), SYMBOLS(bits_open_flags_riscv64) },
	{ FIELD_OPEN_FLAGS, 0x0, 0x3,
	  SYMBOLS(ones_open_flags_riscv64), SYMBOLS(bits_open_flags_riscv64) },
	{ FIELD_PERSONALITY, 0x0, 0xff,
	  SYMBOLS(ones_personality), SYMBOLS(bits_personality) },
	{ FIELD_PRCTL_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_prctl_op), NULL, 0 },
	{ FIELD_PROT, 0x0, 0x0,
	  SYMBOLS(ones_prot), SYMBOLS(bits_prot) },
	{ FIELD_PROTOCOL, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_protocol), NULL, 0 },
	{ FIELD_PTRACE_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_ptrace_op), NULL, 0 },
	{ FIELD_RESOLVE, 0x0, 0x0,
	  NULL, 0, SYMBOLS(bits_resolve) },
	{ FIELD_RLIMIT, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_rlimit), NULL, 0 },
	{ FIELD_SECCOMP_CODE, 0x0, 0xffff0000,
	  SYMBOLS(ones_seccomp_code), NULL, 0 },
	{ FIELD_SECCOMP_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_seccomp_op), NULL, 0 },
	{ FIELD_SHM_FLAGS, 0x0, 0x0,
	  NULL, 0, SYMBOLS(bits_shm_flags) },
	{ FIELD_SIGNAL, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_signal), NULL, 0 },
	{ FIELD_SOCKET_TYPE, 0x0, 0xf,
	  SYMBOLS(ones_socket_type), SYMBOLS(bits_socket_type) },
	{ FIELD_SOCKETCALL, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_socketcall), NULL, 0 },
	{ FIELD_SOCKOPT_LEVEL, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_sockopt_level), NULL, 0 },
	{ FIELD_UMOUNT_FLAGS, 0x0, 0x0,
	  NULL, 0, SYMBOLS(bits_umount_flags) },
	{ FIELD_URING_OP, 0x0, 0xffffffffffffffff,
	  SYMBOLS(ones_uring_op), NULL, 0 },
};
/* The first row of a class, counted from 1; 0: it has none. */
static const uint8_t symbol_first[FIELD_CLASSES] = {
	[FIELD_ACCESS] = 1,
	[FIELD_ARCH] = 2,
	[FIELD_AT_FLAGS] = 3,
	[FIELD_BPF_CMD] = 4,
	[FIELD_CAPABILITY] = 5,
	[FIELD_CLOCK] = 6,
	[FIELD_CLONE_FLAGS] = 7,
	[FIELD_EPOLL_OP] = 8,
	[FIELD_ERRNO] = 9,
	[FIELD_FAMILY] = 10,
	[FIELD_FAN_RESPONSE] = 11,
	[FIELD_FCNTL_CMD] = 12,
	[FIELD_FILTER_LIST] = 13,
	[FIELD_KEYCTL_OP] = 14,
	[FIELD_MMAP_FLAGS] = 15,
	[FIELD_MOUNT_FLAGS] = 16,
	[FIELD_MULTICAST_GROUP] = 17,
	[FIELD_NFPROTO] = 18,
	[FIELD_OPEN_FLAGS] = 19,
	[FIELD_PERSONALITY] = 26,
	[FIELD_PRCTL_OP] = 27,
	[FIELD_PROT] = 28,
	[FIELD_PROTOCOL] = 29,
	[FIELD_PTRACE_OP] = 30,
	[FIELD_RESOLVE] = 31,
	[FIELD_RLIMIT] = 32,
	[FIELD_SECCOMP_CODE] = 33,
	[FIELD_SECCOMP_OP] = 34,
	[FIELD_SHM_FLAGS] = 35,
	[FIELD_SIGNAL] = 36,
	[FIELD_SOCKET_TYPE] = 37,
	[FIELD_SOCKETCALL] = 38,
	[FIELD_SOCKOPT_LEVEL] = 39,
	[FIELD_UMOUNT_FLAGS] = 40,
	[FIELD_URING_OP] = 41,
};
#undef NAME
#undef SYMBOLS
/* clang-format on */

#endif
