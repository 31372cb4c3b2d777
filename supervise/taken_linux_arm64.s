#include "textflag.h"

DATA ·one<>+0(SB)/8, $1
GLOBL ·one<>(SB), RODATA|NOPTR, $8

// The kernel enters with the signal in R0, *siginfo_t in R1, *ucontext_t in R2,
// and in R30 where to return to: sigreturn. All other registers are saved in the
// frame it made: they are free.
TEXT ·takeEntry(SB), NOSPLIT|NOFRAME, $0
	MOVWU 8(R1), R3            // si_code
	MOVWU 16(R1), R4           // si_pid
	ORR   R3<<32, R4, R4
	MOVD  $·senders(SB), R5
	MOVWU R0, R6
	ADD   R6<<3, R5, R5
	MOVD  R4, (R5)

	SUB   $1, R6
	MOVD  $1, R7
	LSL   R6, R7, R7
	MOVD  $·arrived(SB), R5
again:
	LDAXR (R5), R3
	ORR   R7, R3, R3
	STLXR R3, (R5), R4
	CBNZW R4, again

	MOVW  ·doorbell(SB), R0
	MOVD  $·one<>(SB), R1
	MOVD  $8, R2
	MOVD  $64, R8              // write(2)
	SVC
	RET

TEXT ·takeAddress(SB), NOSPLIT, $0-8
	MOVD $·takeEntry(SB), R3
	MOVD R3, ret+0(FP)
	RET
